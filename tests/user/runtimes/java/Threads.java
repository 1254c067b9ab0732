// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads in every state that matters: a deadlock of two monitors, a lock of java.util.concurrent with its waiter,
 * wait(), sleep(), accept(), a park() without a blocker, and deep recursion, through methods that the compiler puts
 * into their callers. From 21 on also a virtual thread. When all of them stand, jstack's answer is written into the
 * file that is the second argument, and a byte to the descriptor that is the first; then it waits.
 */
import java.io.File;
import java.io.FileOutputStream;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

public class Threads {
	static final class First { }
	static final class Second { }
	static final Object FIRST = new First(), SECOND = new Second(), EVENT = new Object();
	static final ReentrantLock LOCK = new ReentrantLock();
	static final CountDownLatch STANDING = new CountDownLatch(5), BOTH = new CountDownLatch(2);
	static int sum;

	static Thread start(String name, Runnable run) {
		Thread thread = new Thread(run, name);

		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	static void both() {
		BOTH.countDown();
		try {
			BOTH.await();
		} catch (InterruptedException e) {
			throw new RuntimeException(e);
		}
	}

	static void lockBoth(Object one, Object other) {
		synchronized (one) {
			both();
			synchronized (other) {
				sum++;
			}
		}
	}

	static void hold() {
		LOCK.lock();
		try {
			STANDING.countDown();
			TimeUnit.SECONDS.sleep(100000);
		} catch (InterruptedException e) {
			throw new RuntimeException(e);
		} finally {
			LOCK.unlock();
		}
	}

	static void waitForEvent() {
		synchronized (EVENT) {
			try {
				STANDING.countDown();
				EVENT.wait();
			} catch (InterruptedException e) {
				throw new RuntimeException(e);
			}
		}
	}

	static void accept(ServerSocket server) {
		try {
			STANDING.countDown();
			server.accept();
		} catch (java.io.IOException e) {
			throw new RuntimeException(e);
		}
	}

	static int small(int n) {
		return deeper(n - 1) + 1;
	}

	static int deeper(int n) {
		if (n <= 0) {
			if (stop)
				stand();
			return 1;
		}
		return small(n) + 2;
	}

	static volatile boolean stop;

	static void stand() {
		STANDING.countDown();
		LockSupport.park();
	}

	/* Often enough that the methods are compiled; then once more, to stand in them. */
	static void recurse() {
		for (int i = 0; i < 20000; i++)
			sum += deeper(40);
		stop = true;
		sum += deeper(300);
	}

	static void startVirtual() {
		try {
			Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
			Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");

			virtual = builder.getMethod("name", String.class).invoke(virtual, "virtual");
			builder.getMethod("start", Runnable.class).invoke(virtual, (Runnable) () -> {
				synchronized (STANDING) {
					sum++;
				}
				LockSupport.park();
			});
		} catch (ReflectiveOperationException e) {
			sum++;
		}
	}

	public static void main(String[] arguments) throws Exception {
		ServerSocket server = new ServerSocket(0);

		start("W\u00e4chter \u20ac", Threads::waitForEvent);
		start("holder", Threads::hold);
		start("acceptor", () -> accept(server));
		start("recursion", Threads::recurse);
		start("one", () -> lockBoth(FIRST, SECOND));
		start("two", () -> lockBoth(SECOND, FIRST));
		while (!LOCK.isLocked())
			Thread.sleep(10);
		start("waiter", () -> {
			STANDING.countDown();
			LOCK.lock();
		});
		STANDING.await();
		startVirtual();
		Thread.sleep(1000);
		new ProcessBuilder(System.getProperty("java.home") + "/bin/jstack", "-l",
				   Long.toString(ProcessHandle.current().pid()))
			.redirectOutput(new File(arguments[1])).start().waitFor();
		try (FileOutputStream ready = new FileOutputStream("/proc/self/fd/" + arguments[0])) {
			ready.write('.');
		}
		Thread.sleep(100000000);
	}
}
