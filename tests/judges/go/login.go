// Logs in with Databricks' own SDK for Go, as a service principal, as a workload and as a user with a browser, and prints
// who it was each time as one JSON line.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/credentials/u2m"
	"github.com/databricks/databricks-sdk-go/httpclient"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func who(cfg *config.Config) string {
	client := must(cfg.NewApiClient())
	var me struct{ UserName, DisplayName string }
	must(0, client.Do(context.Background(), "GET", "/api/2.0/preview/scim/v2/Me", httpclient.WithResponseUnmarshal(&me)))
	return me.UserName + "|" + me.DisplayName + "|" + cfg.AuthType
}

func main() {
	ctx := context.Background()
	host := os.Getenv("JUDGE_HOST")
	saw := map[string]any{}
	saw["secret"] = who(&config.Config{Host: host, ClientID: os.Getenv("JUDGE_ID"), ClientSecret: os.Getenv("JUDGE_SECRET")})
	os.Setenv("DATABRICKS_OIDC_TOKEN", os.Getenv("JUDGE_WORKLOAD_TOKEN"))
	saw["workload"] = who(&config.Config{Host: host, ClientID: os.Getenv("JUDGE_ID"), AuthType: "env-oidc"})

	argument := must(u2m.NewBasicWorkspaceOAuthArgument(host))
	browser := func(url string) error {
		return exec.Command(os.Getenv("JUDGE_PYTHON"), os.Getenv("JUDGE_BROWSER"), url).Start()
	}
	auth := must(u2m.NewPersistentAuth(ctx, u2m.WithOAuthArgument(argument), u2m.WithBrowser(browser)))
	defer auth.Close()
	must(0, auth.Challenge())
	first := must(auth.Token())
	saw["user"] = who(&config.Config{Host: host, Token: first.AccessToken})
	second := must(auth.ForceRefreshToken())
	saw["refreshed"] = second.AccessToken != first.AccessToken
	saw["again"] = who(&config.Config{Host: host, Token: second.AccessToken})
	text := must(json.Marshal(saw))
	fmt.Println(string(text))
}
