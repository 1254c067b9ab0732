// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of PostgreSQL's lightweight locks, as wait_event of pg_stat_activity has them. Called by
 * bundle/waits/databases. */
#include "base/attr.h"
#include "user/runtimes/postgres_locks.h"
#include "user/runtimes/postgres_private.h"

/* The number of a tranche in 13; in 14 to 16, as far as they agree; in 17; and in 18. 0: there is none, as no tranche
 * has this number. Source: IndividualLWLockNames and BuiltinTrancheNames of src/backend/storage/lmgr/lwlock.c. */
static const struct {
	const char *name;
	uint8_t numbers[4];
} tranches[] = {
	{"ShmemIndex", {1, 1, 1, 1}},
	{"OidGen", {2, 2, 2, 2}},
	{"XidGen", {3, 3, 3, 3}},
	{"ProcArray", {4, 4, 4, 4}},
	{"SInvalRead", {5, 5, 5, 5}},
	{"SInvalWrite", {6, 6, 6, 6}},
	{"WALBufMapping", {7, 7, 7, 7}},
	{"WALWrite", {8, 8, 8, 8}},
	{"ControlFile", {9, 9, 9, 9}},
	{"Checkpoint", {10, 0, 0, 0}},
	{"XactSLRU", {11, 11, 90, 92}},
	{"SubtransSLRU", {12, 12, 89, 91}},
	{"MultiXactGen", {13, 13, 13, 13}},
	{"MultiXactOffsetSLRU", {14, 14, 86, 88}},
	{"MultiXactMemberSLRU", {15, 15, 85, 87}},
	{"RelCacheInit", {16, 16, 16, 16}},
	{"CheckpointerComm", {17, 17, 17, 17}},
	{"TwoPhaseState", {18, 18, 18, 18}},
	{"TablespaceCreate", {19, 19, 19, 19}},
	{"BtreeVacuum", {20, 20, 20, 20}},
	{"AddinShmemInit", {21, 21, 21, 21}},
	{"Autovacuum", {22, 22, 22, 22}},
	{"AutovacuumSchedule", {23, 23, 23, 23}},
	{"SyncScan", {24, 24, 24, 24}},
	{"RelationMapping", {25, 25, 25, 25}},
	{"NotifySLRU", {26, 26, 87, 89}},
	{"NotifyQueue", {27, 27, 27, 27}},
	{"SerializableXactHash", {28, 28, 28, 28}},
	{"SerializableFinishedList", {29, 29, 29, 29}},
	{"SerializablePredicateList", {30, 30, 30, 30}},
	{"SerialSLRU", {31, 31, 88, 90}},
	{"SyncRep", {32, 32, 32, 32}},
	{"BackgroundWorker", {33, 33, 33, 33}},
	{"DynamicSharedMemoryControl", {34, 34, 34, 34}},
	{"AutoFile", {35, 35, 35, 35}},
	{"ReplicationSlotAllocation", {36, 36, 36, 36}},
	{"ReplicationSlotControl", {37, 37, 37, 37}},
	{"CommitTsSLRU", {38, 38, 84, 86}},
	{"CommitTs", {39, 39, 39, 39}},
	{"ReplicationOrigin", {40, 40, 40, 40}},
	{"MultiXactTruncation", {41, 41, 41, 41}},
	{"OldSnapshotTimeMap", {42, 42, 0, 0}},
	{"LogicalRepWorker", {43, 43, 43, 43}},
	{"XactTruncation", {44, 44, 44, 44}},
	{"WrapLimitsVacuum", {46, 46, 46, 46}},
	{"NotifyQueueTail", {47, 47, 47, 47}},
	{"XactBuffer", {48, 48, 53, 54}},
	{"CommitTsBuffer", {49, 49, 54, 55}},
	{"SubtransBuffer", {50, 50, 55, 56}},
	{"MultiXactOffsetBuffer", {51, 51, 56, 57}},
	{"MultiXactMemberBuffer", {52, 52, 57, 58}},
	{"NotifyBuffer", {53, 53, 58, 59}},
	{"SerialBuffer", {54, 54, 59, 60}},
	{"WALInsert", {55, 55, 60, 61}},
	{"BufferContent", {56, 56, 61, 62}},
	{"BufferIO", {57, 0, 0, 0}},
	{"ReplicationOriginState", {58, 57, 62, 63}},
	{"ReplicationSlotIO", {59, 58, 63, 64}},
	{"LockFastPath", {60, 59, 64, 65}},
	{"BufferMapping", {61, 60, 65, 66}},
	{"LockManager", {62, 61, 66, 67}},
	{"PredicateLockManager", {63, 62, 67, 68}},
	{"ParallelHashJoin", {64, 63, 68, 69}},
	{"ParallelQueryDSA", {65, 64, 69, 71}},
	{"PerSessionDSA", {66, 65, 70, 72}},
	{"PerSessionRecordType", {67, 66, 71, 73}},
	{"PerSessionRecordTypmod", {68, 67, 72, 74}},
	{"SharedTupleStore", {69, 68, 73, 75}},
	{"SharedTidBitmap", {70, 69, 74, 76}},
	{"ParallelAppend", {71, 70, 75, 77}},
	{"PerXactPredicateList", {72, 71, 76, 78}},
	{"WaitEventCustom", {0, 0, 48, 48}},
	{"WALSummarizer", {0, 0, 49, 49}},
	{"DSMRegistry", {0, 0, 50, 50}},
	{"InjectionPoint", {0, 0, 51, 51}},
	{"SerialControl", {0, 0, 52, 52}},
	{"PgStatsDSA", {0, 0, 77, 79}},
	{"PgStatsHash", {0, 0, 78, 80}},
	{"PgStatsData", {0, 0, 79, 81}},
	{"LogicalRepLauncherDSA", {0, 0, 80, 82}},
	{"LogicalRepLauncherHash", {0, 0, 81, 83}},
	{"DSMRegistryDSA", {0, 0, 82, 84}},
	{"DSMRegistryHash", {0, 0, 83, 85}},
	{"ParallelVacuumDSA", {0, 0, 91, 93}},
	{"AioWorkerSubmissionQueue", {0, 0, 0, 53}},
	{"ParallelBtreeScan", {0, 0, 0, 70}},
	{"AioUringCompletion", {0, 0, 0, 94}},
};

const char *fb_postgres_tranche_name(const struct fb_postgres *postgres, uint32_t tranche)
{
	const uint32_t version = postgres->layout->version;
	const size_t column = version == 13 ? 0 : version == 14 ? 1 : version == 17 ? 2 : 3;

	for (size_t i = 0; i < FB_ARRAY_SIZE(tranches) && tranche; i++)
		if (tranches[i].numbers[column] == tranche)
			return tranches[i].name;
	return NULL;
}
