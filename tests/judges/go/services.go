// Uses the services around jobs with Databricks' own SDK for Go, as a service principal with a secret, and prints what it
// saw as one JSON line.
package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/compute"
	"github.com/databricks/databricks-sdk-go/service/files"
	"github.com/databricks/databricks-sdk-go/service/settings"
	"github.com/databricks/databricks-sdk-go/service/workspace"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func repos(ctx context.Context, client *databricks.WorkspaceClient, saw map[string]any) {
	made := must(client.Repos.Create(ctx, workspace.CreateRepoRequest{Url: os.Getenv("JUDGE_REPO"), Provider: "gitHub", Path: "/Repos/go/code"}))
	must(0, client.Repos.Update(ctx, workspace.UpdateRepoRequest{RepoId: made.Id, Branch: "next"}))
	moved := must(client.Repos.GetByRepoId(ctx, made.Id))
	listed := must(client.Repos.ListAll(ctx, workspace.ListReposRequest{PathPrefix: "/Repos/go"}))
	status := must(client.Workspace.GetStatusByPath(ctx, "/Repos/go/code"))
	saw["repo"] = []any{made.Branch, moved.Branch, made.HeadCommitId != moved.HeadCommitId, len(listed), status.ObjectType}
	must(0, client.Repos.DeleteByRepoId(ctx, made.Id))
}

func volumes(ctx context.Context, client *databricks.WorkspaceClient, saw map[string]any) {
	volume := must(client.Volumes.Create(ctx, catalog.CreateVolumeRequestContent{
		CatalogName: "main", SchemaName: "default", Name: "go", VolumeType: catalog.VolumeTypeManaged}))
	path := "/Volumes/main/default/go/deep/a b.bin"
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	must(0, client.Files.Upload(ctx, files.UploadRequest{FilePath: path, Contents: io.NopCloser(bytes.NewReader(sent))}))
	answer := must(client.Files.DownloadByFilePath(ctx, path))
	read := must(io.ReadAll(answer.Contents))
	listed := must(client.Files.ListDirectoryContentsAll(ctx, files.ListDirectoryContentsRequest{DirectoryPath: "/Volumes/main/default/go/deep"}))
	saw["volume"] = []any{volume.FullName, bytes.Equal(sent, read), len(listed), listed[0].FileSize}
}

func clusters(ctx context.Context, client *databricks.WorkspaceClient, saw map[string]any) {
	policy := must(client.ClusterPolicies.Create(ctx, compute.CreatePolicy{Name: "go", Definition: `{"custom_tags.team": {"type": "fixed", "value": "go"}}`}))
	pool := must(client.InstancePools.Create(ctx, compute.CreateInstancePool{InstancePoolName: "go", NodeTypeId: "local"}))
	script := must(client.GlobalInitScripts.Create(ctx, compute.GlobalInitScriptCreateRequest{
		Name: "go", Enabled: true, Script: base64.StdEncoding.EncodeToString([]byte("true"))}))
	wait := must(client.Clusters.Create(ctx, compute.CreateCluster{SparkVersion: "16.4.x-scala2.12", NumWorkers: 1,
		PolicyId: policy.PolicyId, InstancePoolId: pool.InstancePoolId}))
	made := must(wait.Get())
	used := must(client.InstancePools.GetByInstancePoolId(ctx, pool.InstancePoolId)).Stats.UsedCount
	saw["cluster"] = []any{made.State, made.CustomTags["team"], made.NodeTypeId, used}
	must(0, client.Clusters.PermanentDeleteByClusterId(ctx, made.ClusterId))
	must(0, client.GlobalInitScripts.DeleteByScriptId(ctx, script.ScriptId))
}

func main() {
	ctx := context.Background()
	client := must(databricks.NewWorkspaceClient(&databricks.Config{Host: os.Getenv("JUDGE_HOST"),
		ClientID: os.Getenv("JUDGE_ID"), ClientSecret: os.Getenv("JUDGE_SECRET")}))
	saw := map[string]any{}
	repos(ctx, client, saw)
	volumes(ctx, client, saw)
	clusters(ctx, client, saw)
	token := must(client.Tokens.Create(ctx, settings.CreateTokenRequest{Comment: "from go", LifetimeSeconds: 60}))
	listed := must(client.Tokens.ListAll(ctx))
	saw["token"] = []any{len(listed), listed[0].TokenId == token.TokenInfo.TokenId}
	fmt.Println(string(must(json.Marshal(saw))))
}
