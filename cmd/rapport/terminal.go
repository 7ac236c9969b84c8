package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// terminal is where `rapport dev` talks to whoever started it, one whole line at a time.
type terminal struct {
	mu sync.Mutex
	w  io.Writer
}

func (t *terminal) printf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.w, format+"\n", args...) // nobody is left to tell
}

// table aligns rows under a head by their longest cells.
func table(head []string, rows [][]string) string {
	widths := make([]int, len(head))
	all := append([][]string{head}, rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range all {
		for i, cell := range row {
			if i == 0 {
				b.WriteString("  ")
			}
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteByte('\n')
	}

	return b.String()
}

// shortLine is a line of a zap log for the terminal: its level, its message and what else it says, without what every line
// has. Another line stays as it is.
func shortLine(line string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(line), &fields) != nil {
		return line
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%v: %v", fields["level"], fields["msg"])
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch name {
		case "level", "msg", "time", "ts", "caller", "namespace", "worker_id", "run_id", "stack", "stacktrace":
		default:
			fmt.Fprintf(&text, " %s=%v", name, fields[name])
		}
	}

	return text.String()
}
