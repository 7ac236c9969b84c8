package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// composed is docker-compose.yml as Docker would read it with production's settings.
func composed(t *testing.T) *types.Project {
	t.Helper()
	text, err := os.ReadFile("../../docker-compose.yml")
	require.NoError(t, err)
	environment := types.Mapping(validSettings(t))
	for _, name := range []string{"RAPPORT_DB_PASSWORD", "RAPPORT_API_DB_PASSWORD", "RAPPORT_WORKER_DB_PASSWORD", "TEMPORAL_DB_PASSWORD"} {
		environment[name] = "hunter2secret"
	}
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: "../..", ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yml", Content: text}}, Environment: environment,
	})
	require.NoError(t, err)

	return project
}

func TestComposeGivesEachProgramWhatItNeeds(t *testing.T) {
	t.Parallel()
	project := composed(t)
	for name, needs := range map[string]part{"serve": serveNeeds, "worker": workerNeeds, "migrate": migrateNeeds} {
		settings := map[string]string{}
		for key, value := range project.Services[name].Environment {
			require.NotNil(t, value, "%s: %s", name, key)
			settings[key] = *value
		}
		cfg, err := loadConfig(needs, lookup(settings))
		require.NoError(t, err, name)
		if grace := project.Services[name].StopGracePeriod; grace != nil {
			require.Greater(t, time.Duration(*grace), cfg.ShutdownTimeout, "%s is killed before it has finished", name)
		} else {
			require.Equal(t, "migrate", name)
		}
	}
}

// TestTheDocumentedFirstPeople: what a new installation is told to write down is what the program reads.
func TestTheDocumentedFirstPeople(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/configuration.md")
	require.NoError(t, err)
	sample := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, sample)
	require.True(t, json.Valid(bytes.TrimSpace(sample[1])))
	file := filepath.Join(t.TempDir(), "people.json")
	require.NoError(t, os.WriteFile(file, sample[1], 0o600))
	first, err := readFirstPeople(file)
	require.NoError(t, err)
	require.Len(t, first.Brands, 1)
	require.GreaterOrEqual(t, len(first.Users[0].Password), minPassword)
}
