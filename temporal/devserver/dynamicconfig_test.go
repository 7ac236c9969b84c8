package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/server/common/dynamicconfig"
)

// This module has the server's own list of settings, so it is where the production file can be checked.
func TestProductionConfigIsUnderstood(t *testing.T) {
	t.Parallel()
	contents, err := os.ReadFile(filepath.Join("..", "dynamicconfig", "production.yaml"))
	require.NoError(t, err)
	loaded := dynamicconfig.LoadYamlFile(contents)
	require.NoError(t, loaded.Err())
	require.Empty(t, loaded.Warnings)
	require.NotEmpty(t, loaded.Map)
}

func TestEmbeddedConfigIsUnderstood(t *testing.T) {
	t.Parallel()
	for key := range dynamicConfig() {
		loaded := dynamicconfig.LoadYamlFile([]byte(key.String() + ": []\n"))
		require.Empty(t, loaded.Warnings, key)
	}
}
