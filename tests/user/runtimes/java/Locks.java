// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that wait for monitors and for objects of java.util.concurrent, each for a lock of its own that another thread
 * has, or nobody: two deadlocks, a wait() that was notified and one that was not, a join(), a read-write lock from both
 * sides, a semaphore, a latch, a condition, a future. From 21 on also locks that virtual threads have. When all of them
 * stand, jstack's answer is written into the file that is the second argument, and a byte to the descriptor that is the
 * first; then it waits. A third argument is a number of threads more, all of which wait for one monitor.
 */
import java.io.File;
import java.io.FileOutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

public class Locks {
	static final class First { }
	static final class Second { }
	static final class Event { }
	static final class Hot { }
	static final Object FIRST = new First(), SECOND = new Second(), EVENT = new Event(), HOT = new Hot();
	static final int[] ARRAY = new int[3];
	static final Object OTHER = new Object[0];

	interface Step {
		void run() throws Exception;
	}

	static Thread start(String name, Step run) {
		Thread thread = new Thread(() -> {
			try {
				run.run();
			} catch (Exception e) {
				throw new RuntimeException(e);
			}
		}, name);

		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	static void sleep() throws InterruptedException {
		Thread.sleep(100000000);
	}

	static void enterBoth(CountDownLatch both, Object one, Object other) throws Exception {
		synchronized (one) {
			both.countDown();
			both.await();
			synchronized (other) {
				sleep();
			}
		}
	}

	static void lockBoth(CountDownLatch both, ReentrantLock one, ReentrantLock other) throws Exception {
		one.lock();
		both.countDown();
		both.await();
		other.lock();
	}

	static void deadlocks() {
		CountDownLatch monitors = new CountDownLatch(2), locks = new CountDownLatch(2);
		ReentrantLock one = new ReentrantLock(), other = new ReentrantLock(true);

		start("monitor one", () -> enterBoth(monitors, FIRST, SECOND));
		start("monitor two", () -> enterBoth(monitors, SECOND, FIRST));
		start("lock one", () -> lockBoth(locks, one, other));
		start("lock two", () -> lockBoth(locks, other, one));
	}

	static void hold(String name, Object object) throws Exception {
		CountDownLatch has = new CountDownLatch(1);

		start(name, () -> {
			synchronized (object) {
				has.countDown();
				sleep();
			}
		});
		has.await();
	}

	static void monitors() throws Exception {
		hold("array holder", ARRAY);
		hold("class holder", Locks.class);
		start("array", () -> {
			synchronized (ARRAY) {
				sleep();
			}
		});
		start("class", () -> {
			synchronized (Locks.class) {
				sleep();
			}
		});
		start("notified", () -> {
			synchronized (EVENT) {
				EVENT.wait();
			}
		});
		Thread.sleep(500);
		start("notifier", () -> {
			synchronized (EVENT) {
				EVENT.notify();
				sleep();
			}
		});
		start("not notified", () -> {
			synchronized (OTHER) {
				OTHER.wait(100000000);
			}
		});
		Thread joined = start("joined", Locks::sleep);
		start("joiner", () -> joined.join());
	}

	static void concurrent() throws Exception {
		ReentrantReadWriteLock written = new ReentrantReadWriteLock(), read = new ReentrantReadWriteLock();
		ReentrantLock lock = new ReentrantLock();
		Condition condition = lock.newCondition();
		StampedLock stamped = new StampedLock();
		CountDownLatch have = new CountDownLatch(3);
		FutureTask<Integer> future = new FutureTask<>(() -> {
			have.countDown();
			sleep();
			return 1;
		});

		start("writer", () -> {
			written.writeLock().lock();
			have.countDown();
			sleep();
		});
		start("reader", () -> {
			read.readLock().lock();
			have.countDown();
			sleep();
		});
		start("future runner", () -> future.run());
		have.await();
		start("reader of written", () -> written.readLock().lock());
		start("writer of read", () -> read.writeLock().lock());
		start("future", () -> future.get());
		start("semaphore", () -> new Semaphore(0).acquire());
		start("latch", () -> new CountDownLatch(7).await());
		start("condition", () -> {
			lock.lock();
			condition.await();
		});
		stamped.writeLock();
		start("stamped", () -> stamped.readLock());
		start("parked", LockSupport::park);
		start("parked for", () -> LockSupport.park(new Event()));
	}

	static void startVirtual(String name, Runnable run) throws Exception {
		Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
		Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");

		virtual = builder.getMethod("name", String.class).invoke(virtual, name);
		builder.getMethod("start", Runnable.class).invoke(virtual, run);
	}

	static void virtual() throws Exception {
		ReentrantLock lock = new ReentrantLock();
		Object monitor = new Object();

		try {
			startVirtual("virtual lock", () -> {
				lock.lock();
				LockSupport.park();
			});
			startVirtual("virtual monitor", () -> {
				synchronized (monitor) {
					LockSupport.park();
				}
			});
		} catch (NoSuchMethodException e) {
			return;
		}
		Thread.sleep(500);
		start("waits for virtual lock", () -> lock.lock());
		start("waits for virtual monitor", () -> {
			synchronized (monitor) {
				sleep();
			}
		});
	}

	public static void main(String[] arguments) throws Exception {
		final int more = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;

		deadlocks();
		monitors();
		concurrent();
		virtual();
		hold("hot holder", HOT);
		for (int i = 0; i < more; i++)
			start("hot " + i, () -> {
				synchronized (HOT) {
					sleep();
				}
			});
		Thread.sleep(1000 + more);
		new ProcessBuilder(System.getProperty("java.home") + "/bin/jstack", "-l",
				   Long.toString(ProcessHandle.current().pid()))
			.redirectOutput(new File(arguments[1])).start().waitFor();
		try (FileOutputStream ready = new FileOutputStream("/proc/self/fd/" + arguments[0])) {
			ready.write('.');
		}
		Thread.sleep(100000000);
	}
}
