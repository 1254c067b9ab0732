// SPDX-License-Identifier: GPL-2.0-or-later
// Goroutines that wait for each other. Threads of the kernel are the runtime's: each idles, or waits for
// work in futex() or epoll_wait(), whatever its goroutines wait for.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

func appendTo(file, line string) {
	dir := os.Getenv("LAB_DIR")
	f, err := os.OpenFile(dir+"/"+file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0644)
	if err != nil {
		os.Exit(1)
	}
	fmt.Fprintln(f, line)
	f.Close()
}

// What the kernel says of each thread, once all goroutines sleep. Those of the scheduler idle.
func noteThreads() {
	tasks, _ := filepath.Glob("/proc/self/task/*")
	for _, task := range tasks {
		stack, _ := os.ReadFile(task + "/stack")
		switch {
		case strings.Contains(string(stack), "futex"):
			appendTo("waits.txt", "wait actor=GO tid="+filepath.Base(task)+" kind=go-idle object=- owner=- library=go")
		case strings.Contains(string(stack), "epoll"):
			appendTo("waits.txt", "wait actor=GO tid="+filepath.Base(task)+" kind=epoll object=- owner=- library=go")
		}
	}
}

// The ID of the goroutine that calls it.
func id() string {
	buffer := make([]byte, 64)
	return strings.Fields(string(buffer[:runtime.Stack(buffer, false)]))[1]
}

// What the calling goroutine is about to wait on, and who has it.
func note(kind string, object any, owner string) {
	appendTo("waits.txt", fmt.Sprintf("goroutine actor=GO pid=%d id=%s kind=%s object=%p owner=%s", os.Getpid(), id(), kind, object, owner))
}

type account struct {
	mutex   sync.Mutex
	balance int
	owner   string
}

//go:noinline
func transfer(from, to *account) {
	from.mutex.Lock()
	defer from.mutex.Unlock()
	from.owner = id()
	time.Sleep(400 * time.Millisecond)
	note("go-mutex", &to.mutex, to.owner)
	to.mutex.Lock()
	defer to.mutex.Unlock()
	to.balance, from.balance = to.balance+1, from.balance-1
}

// Goroutines that wait on channels, a group and a lock of readers and writers.
func waitOnOthers() {
	empty, full := make(chan int), make(chan int, 2)
	var group sync.WaitGroup
	var lock sync.RWMutex
	full <- 1
	full <- 2
	group.Add(3)
	lock.RLock()
	go func() { note("go-channel", empty, "-"); <-empty }()
	go func() { note("go-channel", full, "-"); full <- 3 }()
	go func() { note("go-waitgroup", &group, "-"); group.Wait() }()
	go func() { note("go-rwmutex", &lock, "-"); lock.Lock() }()
	go func() {
		note("go-channel", empty, "-")
		select {
		case <-empty:
		case full <- 4:
		}
	}()
}

func main() {
	runtime.GOMAXPROCS(2)
	// Of its own goroutines, before the panic.
	stacks := make(chan os.Signal, 1)
	signal.Notify(stacks, syscall.SIGUSR1)
	go func() {
		<-stacks
		buffer := make([]byte, 1<<16)
		os.WriteFile(os.Getenv("LAB_DIR")+"/go.stacks", buffer[:runtime.Stack(buffer, true)], 0644)
	}()
	a, b := &account{}, &account{}
	go transfer(a, b)
	go transfer(b, a)
	waitOnOthers()
	time.Sleep(time.Second)
	appendTo("ready", "GO")
	time.Sleep(2 * time.Second)
	noteThreads()
	select {}
}
