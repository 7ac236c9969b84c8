package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// store keeps every row in memory and every change in a journal, one line a transaction. A line is written with one write
// before the transaction counts, so a killed process forgets nothing that it has answered; power loss is out of scope.
type store struct {
	mu     sync.Mutex
	tables map[string]rowSet
	file   *os.File // nil keeps everything in memory only
	lock   *os.File
	broken error // once a write failed, memory and journal may differ: refuse everything
}

// change is one row in a journal line; without a row it is a deletion.
type change struct {
	Kind string          `json:"k"`
	ID   string          `json:"i"`
	Row  json.RawMessage `json:"r,omitempty"`
}

// rowSet is what the journal needs of a table of any row type.
type rowSet interface {
	load(id string, row json.RawMessage) error
	dump() ([]change, error)
	clear()
}

// tx is one transaction: applied to memory at once, undone when it fails, journalled when it ends.
type tx struct {
	changes []change
	undo    []func()
	after   []func()
	err     error
}

// onCommit runs fn after the transaction is in the journal, still under the store's lock.
func (t *tx) onCommit(fn func()) { t.after = append(t.after, fn) }

func (t *tx) rollback() {
	for _, undo := range slices.Backward(t.undo) {
		undo()
	}
	t.changes, t.undo, t.after = nil, nil, nil
}

// attempt undoes what fn did to this transaction when fn answers false.
func (t *tx) attempt(fn func() bool) {
	part := &tx{}
	*part, *t = *t, tx{}
	if fn() {
		t.changes = append(part.changes, t.changes...)
		t.undo = append(part.undo, t.undo...)
		t.after = append(part.after, t.after...)
		t.err = errors.Join(part.err, t.err)
		return
	}
	t.rollback()
	*t = *part
}

type entry[T any] struct {
	row T
	seq int
}

// table holds the rows of one kind in the order in which they were made.
type table[T any] struct {
	kind  string
	rows  map[string]entry[T]
	order []entry[string]
	next  int
}

func newTable[T any](s *store, kind string) *table[T] {
	t := &table[T]{kind: kind, rows: map[string]entry[T]{}}
	s.tables[kind] = t
	return t
}

func (t *table[T]) get(id string) (T, bool) {
	e, ok := t.rows[id]
	return e.row, ok
}

func (t *table[T]) put(x *tx, id string, row T) {
	raw, err := json.Marshal(row)
	if err != nil {
		x.err = errors.Join(x.err, fmt.Errorf("encode %s: %w", t.kind, err))
		return
	}
	old, existed := t.rows[id]
	x.undo = append(x.undo, func() {
		if existed {
			t.rows[id] = old
		} else {
			delete(t.rows, id)
		}
	})
	x.changes = append(x.changes, change{Kind: t.kind, ID: id, Row: raw})
	t.set(id, row)
}

func (t *table[T]) drop(x *tx, id string) {
	old, existed := t.rows[id]
	if !existed {
		return
	}
	x.undo = append(x.undo, func() { t.rows[id] = old })
	x.changes = append(x.changes, change{Kind: t.kind, ID: id})
	delete(t.rows, id)
}

func (t *table[T]) set(id string, row T) {
	if old, ok := t.rows[id]; ok {
		t.rows[id] = entry[T]{row: row, seq: old.seq}
		return
	}
	t.next++
	t.rows[id] = entry[T]{row: row, seq: t.next}
	t.order = append(t.order, entry[string]{row: id, seq: t.next})
	if len(t.order) > 2*len(t.rows)+1000 {
		t.compact()
	}
}

func (t *table[T]) compact() {
	kept := make([]entry[string], 0, len(t.rows))
	for _, o := range t.order {
		if e, ok := t.rows[o.row]; ok && e.seq == o.seq {
			kept = append(kept, o)
		}
	}
	t.order = kept
}

// newest yields rows from the youngest to the oldest until yield says stop.
func (t *table[T]) newest(yield func(id string, row T) bool) {
	for _, o := range slices.Backward(t.order) {
		if e, ok := t.rows[o.row]; ok && e.seq == o.seq && !yield(o.row, e.row) {
			return
		}
	}
}

// oldest yields rows from the oldest to the youngest until yield says stop.
func (t *table[T]) oldest(yield func(id string, row T) bool) {
	for _, o := range t.order {
		if e, ok := t.rows[o.row]; ok && e.seq == o.seq && !yield(o.row, e.row) {
			return
		}
	}
}

func (t *table[T]) load(id string, raw json.RawMessage) error {
	if raw == nil {
		delete(t.rows, id)
		return nil
	}
	var row T
	if err := json.Unmarshal(raw, &row); err != nil {
		return fmt.Errorf("decode %s: %w", t.kind, err)
	}
	t.set(id, row)
	return nil
}

func (t *table[T]) dump() ([]change, error) {
	var all []change
	var failed error
	t.oldest(func(id string, row T) bool {
		raw, err := json.Marshal(row)
		failed = err
		all = append(all, change{Kind: t.kind, ID: id, Row: raw})
		return err == nil
	})
	if failed != nil {
		return nil, fmt.Errorf("encode %s: %w", t.kind, failed)
	}
	return all, nil
}

func (t *table[T]) clear() {
	t.rows, t.order, t.next = map[string]entry[T]{}, nil, 0
}

func newStore() *store { return &store{tables: map[string]rowSet{}} }

// open reads the journal of dir, cuts off a last line that a kill left half-written, and takes the directory for itself.
func (s *store) open(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("state lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return fmt.Errorf("state directory is in use by another sandbox: %w", err)
	}
	s.lock = lock
	path := filepath.Join(dir, "journal.jsonl")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return errors.Join(fmt.Errorf("journal: %w", err), lock.Close())
	}
	s.file = file
	changes, err := s.replay()
	if err != nil {
		return errors.Join(err, s.close())
	}
	if err := s.shrink(path, changes); err != nil {
		return errors.Join(err, s.close())
	}
	return nil
}

func (s *store) replay() (int, error) {
	r := bufio.NewReaderSize(s.file, 1<<20)
	var good int64
	changes := 0
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		var list []change
		if err := json.Unmarshal(line, &list); err != nil {
			return 0, fmt.Errorf("journal is damaged at byte %d: %w", good, err)
		}
		for _, c := range list {
			t, ok := s.tables[c.Kind]
			if !ok {
				return 0, fmt.Errorf("journal names an unknown kind %q at byte %d", c.Kind, good)
			}
			if err := t.load(c.ID, c.Row); err != nil {
				return 0, fmt.Errorf("journal at byte %d: %w", good, err)
			}
		}
		changes += len(list)
		good += int64(len(line))
	}
	if err := s.file.Truncate(good); err != nil {
		return 0, fmt.Errorf("cut journal: %w", err)
	}
	if _, err := s.file.Seek(good, io.SeekStart); err != nil {
		return 0, fmt.Errorf("seek journal: %w", err)
	}
	return changes, nil
}

// shrink replaces a journal that holds mostly superseded changes by one with the present rows.
func (s *store) shrink(path string, changes int) error {
	var all []change
	for _, t := range s.tables {
		rows, err := t.dump()
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	if changes < 2*len(all)+1000 {
		return nil
	}
	var out bytes.Buffer
	for _, c := range all {
		line, err := json.Marshal([]change{c})
		if err != nil {
			return fmt.Errorf("encode snapshot: %w", err)
		}
		out.Write(append(line, '\n'))
	}
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if _, err := file.Write(out.Bytes()); err != nil {
		return errors.Join(fmt.Errorf("write snapshot: %w", err), file.Close())
	}
	if err := file.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync snapshot: %w", err), file.Close())
	}
	if err := os.Rename(path+".new", path); err != nil {
		return errors.Join(fmt.Errorf("replace journal: %w", err), file.Close())
	}
	old := s.file
	s.file = file
	if err := old.Close(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.file != nil {
		err = s.file.Close()
	}
	if s.lock != nil {
		// Closing alone would leave the lock to a child process that was being started at this moment.
		err = errors.Join(err, syscall.Flock(int(s.lock.Fd()), syscall.LOCK_UN), s.lock.Close())
	}
	s.file, s.lock = nil, nil
	s.broken = errors.New("the store is closed")
	return err
}

// update runs fn as one transaction: all of it is remembered, or none when fn or the journal fails.
func (s *store) update(fn func(*tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	x := &tx{}
	err := fn(x)
	if err = errors.Join(err, x.err); err != nil {
		x.rollback()
		return err
	}
	if err := s.append(x.changes); err != nil {
		x.rollback()
		s.broken = err
		return err
	}
	for _, f := range x.after {
		f()
	}
	return nil
}

func (s *store) append(changes []change) error {
	if s.file == nil || len(changes) == 0 {
		return nil
	}
	line, err := json.Marshal(changes)
	if err != nil {
		return fmt.Errorf("encode journal: %w", err)
	}
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

// view runs fn while nothing changes.
func (s *store) view(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// reset forgets everything.
func (s *store) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	for _, t := range s.tables {
		t.clear()
	}
	if s.file == nil {
		return nil
	}
	if err := s.file.Truncate(0); err != nil {
		return fmt.Errorf("empty journal: %w", err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind journal: %w", err)
	}
	return nil
}
