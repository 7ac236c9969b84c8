package web_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport/web"
)

func TestDistAlwaysHasAnIndexPage(t *testing.T) {
	t.Parallel()

	page, err := fs.ReadFile(web.Dist(), "index.html")
	require.NoError(t, err)
	require.Contains(t, string(page), "<title>Rapport")
}
