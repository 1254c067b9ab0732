// SPDX-License-Identifier: GPL-2.0-or-later
// Threads of a Rust program that wait for locks of its standard library, and what is true of each.
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, RwLock};
use std::thread;
use std::time::Duration;

fn host_tid() -> i32 {
    let path = std::fs::read_link("/proc/thread-self").expect("/proc/thread-self");
    path.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

fn append(file: &str, line: &str) {
    let path = format!("{}/{}", std::env::var("LAB_DIR").unwrap_or("/tmp".into()), file);
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("LAB_DIR");
    file.write_all(format!("{}\n", line).as_bytes()).expect("LAB_DIR");
}

fn note(word: &str, facts: &str) {
    append("waits.txt", &format!("{} actor=RS tid={} {} library=rust", word, host_tid(), facts));
}

fn named(name: &str, body: impl FnOnce() + Send + 'static) -> thread::JoinHandle<()> {
    thread::Builder::new().name(name.into()).spawn(body).expect("thread")
}

fn main() {
    let a = Arc::new(Mutex::new(1));
    let b = Arc::new(Mutex::new(2));
    let both = Arc::new(Barrier::new(2));
    let tids = Arc::new([Mutex::new(0), Mutex::new(0)]);
    let held = Arc::new(RwLock::new(3));
    let job = Arc::new(Mutex::new(4));
    let mut first = None;

    for turn in 0..2 {
        let (own, other) = if turn == 0 { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
        let (both, tids) = (both.clone(), tids.clone());
        let handle = named(if turn == 0 { "rust-ab" } else { "rust-ba" }, move || {
            let guard = own.lock().unwrap();
            *tids[turn].lock().unwrap() = host_tid();
            both.wait();
            note("wait", &format!("kind=mutex object=- owner={}", *tids[1 - turn].lock().unwrap()));
            let _second = other.lock().unwrap();
            drop(guard);
        });
        if turn == 0 {
            first = Some(handle);
        }
    }
    let holder = job.clone();
    let owner = Arc::new(Mutex::new(0));
    let owner_of_job = owner.clone();
    named("job-holder", move || {
        let _guard = holder.lock().unwrap();
        *owner_of_job.lock().unwrap() = host_tid();
        note("idle", "");
        loop {
            thread::sleep(Duration::from_secs(100000));
        }
    });
    thread::sleep(Duration::from_millis(300));
    let owner = *owner.lock().unwrap();
    named("job-waiter", move || {
        note("wait", &format!("kind=mutex object=- owner={}", owner));
        let _guard = job.lock().unwrap();
    });
    let _write = held.write().unwrap();
    let read = held.clone();
    let main_tid = host_tid();
    named("rust-reader", move || {
        note("wait", &format!("kind=rwlock-read object=- owner={}", main_tid));
        let _guard = read.read().unwrap();
    });
    named("rust-cond", move || {
        let pair = (Mutex::new(false), Condvar::new());
        note("wait", "kind=condition object=- owner=-");
        let mut ready = pair.0.lock().unwrap();
        while !*ready {
            ready = pair.1.wait(ready).unwrap();
        }
    });
    named("rust-park", move || {
        note("wait", "kind=park object=- owner=-");
        loop {
            thread::park();
        }
    });
    let (_sender, receiver) = mpsc::channel::<i32>();
    named("rust-channel", move || {
        note("wait", "kind=park object=- owner=-");
        let _ = receiver.recv();
    });
    thread::sleep(Duration::from_millis(500));
    note("wait", &format!("kind=join object=- owner={}", *tids[0].lock().unwrap()));
    append("ready", "RS");
    first.unwrap().join().unwrap();
}
