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

// What the kernel says of each thread, once all goroutines sleep.
func noteThreads() {
	tasks, _ := filepath.Glob("/proc/self/task/*")
	for _, task := range tasks {
		stack, _ := os.ReadFile(task + "/stack")
		switch {
		case strings.Contains(string(stack), "futex"):
			appendTo("waits.txt", "wait actor=GO tid="+filepath.Base(task)+" kind=futex object=- owner=- library=go")
		case strings.Contains(string(stack), "epoll"):
			appendTo("waits.txt", "wait actor=GO tid="+filepath.Base(task)+" kind=epoll object=- owner=- library=go")
		}
	}
}

func main() {
	var a, b sync.Mutex
	runtime.GOMAXPROCS(2)
	// Of its own goroutines, before the panic.
	stacks := make(chan os.Signal, 1)
	signal.Notify(stacks, syscall.SIGUSR1)
	go func() {
		<-stacks
		buffer := make([]byte, 1<<16)
		os.WriteFile(os.Getenv("LAB_DIR")+"/go.stacks", buffer[:runtime.Stack(buffer, true)], 0644)
	}()
	go func() { a.Lock(); time.Sleep(200 * time.Millisecond); b.Lock() }()
	go func() { b.Lock(); time.Sleep(200 * time.Millisecond); a.Lock() }()
	go func() { <-make(chan int) }()
	time.Sleep(time.Second)
	appendTo("ready", "GO")
	time.Sleep(2 * time.Second)
	noteThreads()
	select {}
}
