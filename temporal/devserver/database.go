package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.temporal.io/server/common/config"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	sqliteschema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// clusterName is the one cluster's name, stored with each namespace.
const clusterName = "active"

// fileName carries the schema's version, because the server neither migrates a SQLite file nor notices
// an old one. A new version starts a new file; the old one stays beside it.
func fileName() string {
	return "temporal-" + sqliteschema.Version + ".db"
}

// memoryDatabase is a database that lives and ends with the process. The name only has to be unique
// within the process, for several servers in one test binary.
func memoryDatabase(name string) *config.SQL {
	return &config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      name,
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

// fileDatabase opens the file in dir, with its schema set up. The release function gives up the lock
// that keeps a second server away from the same file.
func fileDatabase(dir string) (_ *config.SQL, release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("create the directory for the database: %w", err)
	}
	path := filepath.Join(dir, fileName())
	release, err = lock(path + ".lock")
	if err != nil {
		return nil, nil, err
	}
	if err := setUpFile(path); err != nil {
		return nil, nil, errors.Join(err, release())
	}

	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: path,
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			// NORMAL: survives the death of the process; a power cut may lose the last moments.
			"synchronous":  "1",
			"busy_timeout": "10000",
		},
	}, release, nil
}

// setUpFile creates the schema under another name and renames it into place, so that an interrupted
// first start leaves no half-made database behind.
func setUpFile(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return fmt.Errorf("look for the database: %w", err)
		}

		return nil
	}
	draft := path + ".new"
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an unfinished database: %w", err)
	}
	if err := sqliteschema.SetupSchema(&config.SQL{
		PluginName:        sqliteplugin.PluginName,
		DatabaseName:      draft,
		ConnectAttributes: map[string]string{"mode": "rwc"},
	}); err != nil {
		return fmt.Errorf("set up the schema in %s: %w", draft, err)
	}
	if err := os.Rename(draft, path); err != nil {
		return fmt.Errorf("put the database in place: %w", err)
	}

	return nil
}

// lock takes an exclusive lock that the kernel drops when the process ends, however it ends.
func lock(path string) (func() error, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database's lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(
			fmt.Errorf("another temporal-devserver uses %s: stop it or choose another directory with --dir: %w", path, err),
			file.Close(),
		)
	}

	return file.Close, nil
}

// createNamespace makes the namespace with its search attributes before the server starts. It leaves
// an existing one alone, which is why both are ensured again through the API once the server serves.
func createNamespace(db *config.SQL, name string, retention time.Duration) error {
	ns, err := sqliteschema.NewNamespaceConfig(clusterName, name, false, searchAttributes())
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", name, err)
	}
	ns.Detail.Config.Retention = durationpb.New(retention)
	if err := sqliteschema.CreateNamespaces(db, ns); err != nil {
		return fmt.Errorf("create namespace %s: %w", name, err)
	}

	return nil
}
