// The SDK for Go, a goroutine for each wait: watch URL runs|tasks COUNT INTERVAL_MS SECONDS. See watch_bench.py.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/service/jobs"
)

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic(err)
	}
	return value
}

func fromStatus(name string) int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, name+":") {
			return number(strings.Fields(line)[1])
		}
	}
	return 0
}

func main() {
	url, what, count, interval := os.Args[1], os.Args[2], number(os.Args[3]), number(os.Args[4])
	seconds := number(os.Args[5])
	first := int64(3_000_000)
	if what == "tasks" {
		first = 5_000_000
	}
	// Its own limit of 15 requests a second would make every end late.
	client, err := databricks.NewWorkspaceClient(&databricks.Config{Host: url, Token: "bench", AuthType: "pat",
		RateLimitPerSecond: 10_000})
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	var line string
	fmt.Scanln(&line)
	stop := time.Now().Add(time.Duration(seconds) * time.Second)
	noticed := map[string]int64{}
	var lock sync.Mutex
	var waiting sync.WaitGroup
	for i := int64(0); i < count; i++ {
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			for seconds == 0 || time.Now().Before(stop) {
				run, err := client.Jobs.GetRun(context.Background(), jobs.GetRunRequest{RunId: first + i})
				if err != nil {
					panic(err)
				}
				if run.State.LifeCycleState == jobs.RunLifeCycleStateTerminated {
					lock.Lock()
					noticed[strconv.FormatInt(i, 10)] = time.Now().UnixMilli()
					lock.Unlock()
					return
				}
				time.Sleep(time.Duration(interval) * time.Millisecond)
			}
		}()
	}
	waiting.Wait()
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	cpu := float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
	text, _ := json.Marshal(map[string]any{"noticed_ms": noticed, "cpu_s": cpu,
		"rss_mib": float64(fromStatus("VmHWM")) / 1024, "threads": fromStatus("Threads")})
	fmt.Println(string(text))
}
