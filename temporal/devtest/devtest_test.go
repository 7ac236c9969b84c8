package devtest

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestServersDoNotShareAnything(t *testing.T) {
	t.Parallel()
	one, two := Start(t), Start(t)
	require.NotEqual(t, one.Address, two.Address)
	for _, s := range []Server{one, two} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Address)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	}
}

func TestMissingProgram(t *testing.T) {
	t.Setenv(binaryEnv, filepath.Join(t.TempDir(), "none"))
	_, err := binary()
	require.ErrorContains(t, err, "make bin/temporal-devserver")
	require.ErrorIs(t, err, os.ErrNotExist)

	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module rapport\n"), 0o600))
	t.Setenv(binaryEnv, "")
	t.Chdir(root)
	_, err = binary()
	require.ErrorContains(t, err, "make bin/temporal-devserver")
}

func TestProgramThatFails(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "fails")
	script := []byte("#!/bin/sh\necho no luck >&2\nexit 3\n")
	func() { // while no other test starts a program: a child would hold the file open, and it could not be run
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		require.NoError(t, os.WriteFile(program, script, 0o700))
	}()
	_, err := launch(t, program)
	require.ErrorContains(t, err, "no luck")
	require.ErrorContains(t, err, "exit status 3")
}
