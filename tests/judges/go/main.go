// Drives the Jobs API through Databricks' own SDK for Go and prints what it saw as one JSON line.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/jobs"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func condition(key, left string, op jobs.ConditionTaskOp, upstream ...string) jobs.Task {
	task := jobs.Task{TaskKey: key, ConditionTask: &jobs.ConditionTask{Op: op, Left: left, Right: "1"}}
	for _, name := range upstream {
		task.DependsOn = append(task.DependsOn, jobs.TaskDependency{TaskKey: name})
	}
	return task
}

func main() {
	ctx := context.Background()
	client := must(databricks.NewWorkspaceClient())
	saw := map[string]any{}
	tasks := []jobs.Task{condition("first", "1", jobs.ConditionTaskOpEqualTo),
		condition("second", "x", jobs.ConditionTaskOpLessThan, "first")}
	for number := 0; number < 148; number++ {
		tasks = append(tasks, condition(fmt.Sprintf("more_%d", number), "1", jobs.ConditionTaskOpEqualTo))
	}
	job := must(client.Jobs.Create(ctx, jobs.CreateJob{Name: "from go", Tasks: tasks}))
	saw["tasks"] = len(must(client.Jobs.Get(ctx, jobs.GetJobRequest{JobId: job.JobId})).Settings.Tasks)

	wait := must(client.Jobs.RunNow(ctx, jobs.RunNow{JobId: job.JobId, IdempotencyToken: "go"}))
	_, err := wait.GetWithTimeout(time.Minute)
	saw["waiter"] = err != nil
	again := must(client.Jobs.RunNow(ctx, jobs.RunNow{JobId: job.JobId, IdempotencyToken: "go"}))
	saw["same_run"] = again.RunId == wait.RunId
	failed := must(client.Jobs.GetRun(ctx, jobs.GetRunRequest{RunId: wait.RunId}))
	saw["failed"] = []any{failed.State.LifeCycleState, failed.State.ResultState, len(failed.Tasks)}

	err = client.Jobs.Update(ctx, jobs.UpdateJob{JobId: job.JobId, NewSettings: &jobs.JobSettings{
		Tasks: []jobs.Task{condition("second", "1", jobs.ConditionTaskOpEqualTo, "first")}}})
	must(0, err)
	repair := must(client.Jobs.RepairRun(ctx, jobs.RepairRun{RunId: wait.RunId, RerunAllFailedTasks: true}))
	repaired := must(repair.GetWithTimeout(time.Minute))
	history := must(client.Jobs.GetRun(ctx, jobs.GetRunRequest{RunId: wait.RunId, IncludeHistory: true})).RepairHistory
	saw["repaired"] = []any{repaired.State.ResultState, len(history), history[1].Id == repair.Response.RepairId}

	listed := must(client.Jobs.ListRunsAll(ctx, jobs.ListRunsRequest{JobId: job.JobId, Limit: 1}))
	saw["runs"] = len(listed)
	_, err = client.Jobs.GetByJobId(ctx, 5)
	saw["missing"] = errors.Is(err, apierr.ErrResourceDoesNotExist)
	saw["user"] = must(client.CurrentUser.Me(ctx, iam.MeRequest{})).UserName
	must(0, client.Jobs.DeleteByJobId(ctx, job.JobId))
	text := must(json.Marshal(saw))
	fmt.Println(string(text))
}
