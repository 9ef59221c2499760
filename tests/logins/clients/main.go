// Databricks' SDK for Go, as published: one request for each case, each in the environment of its case. Reads a list of
// cases from standard input and writes one line of JSON for each.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/databricks/databricks-sdk-go/client"
	"github.com/databricks/databricks-sdk-go/config"
)

type testCase struct {
	Name        string            `json:"name"`
	Environment map[string]string `json:"environment"`
	Settings    map[string]string `json:"settings"`
}

type result struct {
	Case  string `json:"case"`
	Kind  string `json:"kind,omitempty"`
	Error string `json:"error,omitempty"`
}

func ask(one testCase) (string, error) {
	cfg := &config.Config{RetryTimeoutSeconds: 20, HTTPTimeoutSeconds: 20}
	if err := config.ConfigAttributes.ResolveFromStringMap(cfg, one.Settings); err != nil {
		return "", err
	}
	c, err := client.New(cfg)
	if err != nil {
		return "", err
	}
	var answer map[string]any
	if err := c.Do(context.Background(), "GET", "/api/2.0/echo/go/"+one.Name, nil, nil, nil, &answer); err != nil {
		return "", err
	}
	return cfg.AuthType, nil
}

func main() {
	base := os.Environ()
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	lines := json.NewEncoder(os.Stdout)
	for _, one := range cases {
		os.Clearenv()
		for _, variable := range base {
			name, value, _ := strings.Cut(variable, "=")
			os.Setenv(name, value)
		}
		for name, value := range one.Environment {
			os.Setenv(name, value)
		}
		said := result{Case: one.Name}
		kind, err := ask(one)
		if err != nil {
			said.Error = fmt.Sprint(err)
		} else {
			said.Kind = kind
		}
		lines.Encode(said)
	}
}
