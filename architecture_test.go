package rapport_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// module is the path that our own imports start with.
const module = "rapport"

// everyRoom in the table of arrows stands for all rooms but those that never enter a production binary.
const everyRoom = "*"

// neverShipped are the rooms that nothing but a test, a measurement or their own program may import.
var neverShipped = []string{"sandbox", "temporal/devserver", "bench"}

// arrow says which rooms of ours the code of a room may import, and which its tests may import besides.
type arrow struct {
	code, tests []string
}

// rooms is the plan of the house, as docs/architecture.md draws it. "." is the domain. A room is the longest name here that a
// folder lies in; a folder with Go files that lies in none fails the test.
var rooms = map[string]arrow{
	".":                  {},
	"activities":         {code: []string{"."}, tests: []string{"postgres", "providers", "sandbox", "temporal"}},
	"workflows":          {code: []string{".", "activities"}, tests: []string{"temporal", "worker"}},
	"worker":             {code: []string{".", "activities", "workflows", "temporal"}, tests: []string{"paper", "postgres", "providers", "sandbox"}},
	"paper":              {code: []string{"."}},
	"api":                {code: []string{".", "paper", "workflows"}, tests: []string{"activities", "postgres", "providers", "sandbox", "temporal", "worker"}},
	"postgres":           {code: []string{"."}, tests: []string{"activities"}},
	"providers":          {code: []string{"."}, tests: []string{"activities", "sandbox"}},
	"temporal":           {code: []string{"."}},
	"temporal/devserver": {},
	"sandbox":            {tests: []string{"providers"}},
	"web":                {},
	"cmd/rapport":        {code: []string{everyRoom}, tests: []string{"sandbox"}},
	"cmd/rapport-sandbox": {
		code: []string{"sandbox"},
	},
	"bench": {code: []string{everyRoom, "sandbox"}},
}

// privatePackages are generated; their types never leave the room.
var privatePackages = []string{"postgres/gen"}

// domainImports are what the domain may take from others: nothing that reads, writes, waits, or asks the machine.
var domainImports = []string{
	"bytes", "cmp", "context", "crypto/hmac", "crypto/sha256", "crypto/subtle", "embed", "encoding/base32", "encoding/base64", "encoding/binary",
	"encoding/csv", "encoding/hex", "encoding/json", "errors", "fmt", "hash", "hash/fnv", "html", "io", "iter", "maps", "math",
	"math/big", "math/bits", "net/mail", "net/netip", "net/url", "regexp", "slices", "sort", "strconv", "strings", "sync", "text/template",
	"text/template/parse", "time", "unicode", "unicode/utf8",
	"github.com/google/uuid", "github.com/rickar/cal/v2", "github.com/rickar/cal/v2/*", "github.com/valyala/fasttemplate",
	"golang.org/x/net/publicsuffix",
	"golang.org/x/text/feature/plural", "golang.org/x/text/language", "golang.org/x/text/message", "golang.org/x/text/message/catalog", "golang.org/x/text/unicode/norm", "mvdan.cc/xurls/v2",
}

// domainForbids are the names in those packages that reach the clock, the machine's zone or randomness after all. A context
// only carries whose request it is.
var domainForbids = []string{
	"context.Background", "context.TODO", "context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause",
	"context.WithDeadlineCause", "context.AfterFunc",
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick", "time.NewTimer",
	"time.NewTicker", "time.Local", "uuid.New", "uuid.NewString", "uuid.NewUUID", "uuid.NewRandom", "uuid.NewRandomFromReader",
	"uuid.NewV6", "uuid.NewV7", "uuid.NewV7FromReader", "fmt.Print", "fmt.Printf", "fmt.Println",
}

// unreachable says what a room must not reach even through others.
var unreachable = map[string][]string{
	"workflows": {
		"github.com/jackc", "database/sql", "github.com/stripe", "github.com/sendgrid", "github.com/labstack", "net/http", "math/rand",
		"math/rand/v2", "go.temporal.io/sdk/client", "go.temporal.io/sdk/worker",
	},
	"cmd/rapport": {"go.temporal.io/server", "rapport/sandbox", "rapport/temporal/devserver"},
}

// source is one parsed Go file of the tree.
type source struct {
	name, dir string // dir is the folder relative to the module's root
	test      bool
	imports   []string
	file      *ast.File
}

// parseTree parses the Go files of a tree. Files are parsed rather than listed by the go command, because the test cache sees
// what a test reads itself but not what a child process reads.
func parseTree(t *testing.T, tree fs.FS) []source {
	t.Helper()

	var sources []source

	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != "." && (base == "node_modules" || base == "testdata" || base == "bin" || base[0] == '.') {
				return fs.SkipDir
			}

			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}

		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}

		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}

		src := source{name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}

			src.imports = append(src.imports, imported)
		}

		sources = append(sources, src)

		return nil
	})
	require.NoError(t, err)

	return sources
}

// room gives the room that a folder lies in, or "" when it lies in none.
func room(dir string) string {
	for name := dir; name != "."; name = path.Dir(name) {
		if _, listed := rooms[name]; listed {
			return name
		}
	}
	if dir == "." {
		return "."
	}

	return ""
}

// ours gives the folder that an import names when it is one of our own packages.
func ours(imported string) (dir string, ok bool) {
	if imported == module {
		return ".", true
	}

	return strings.CutPrefix(imported, module+"/")
}

// isTestHelper tells whether a folder holds help for tests, as the standard library names them: httptest, iotest.
func isTestHelper(dir string) bool {
	return dir != "." && strings.HasSuffix(path.Base(dir), "test")
}

// brokenFences lists every import that the plan does not allow, and every folder that is in no room.
func brokenFences(sources []source) []string {
	var broken []string

	for _, src := range sources {
		from := room(src.dir)
		if from == "" {
			broken = append(broken, fmt.Sprintf("%s: the folder is in no room of the plan", src.name))

			continue
		}

		test := src.test || isTestHelper(src.dir)
		for _, imported := range src.imports {
			dir, own := ours(imported)
			if own && !mayImport(from, src.dir, dir, test) {
				broken = append(broken, fmt.Sprintf("%s must not import %s", src.name, imported))
			}
		}
	}

	return broken
}

// mayImport tells whether code in the folder fromDir, in the room from, may import our package in the folder dir.
func mayImport(from, fromDir, dir string, test bool) bool {
	to := room(dir)
	if isTestHelper(dir) && !test && from != "bench" {
		return false
	}
	if slices.Contains(privatePackages, dir) && to != from {
		return false
	}
	if to == from {
		// Vendors do not know each other.
		return from != "providers" || vendor(fromDir) == vendor(dir)
	}

	allowed := rooms[from].code
	if test {
		allowed = slices.Concat(allowed, rooms[from].tests, []string{"."})
	}
	if slices.Contains(allowed, to) {
		return true
	}

	return slices.Contains(allowed, everyRoom) && to != "" && !slices.Contains(neverShipped, to) && !strings.HasPrefix(to, "cmd/")
}

// vendor gives providers/<vendor> of a folder in it.
func vendor(dir string) string {
	parts := strings.Split(dir, "/")

	return path.Join(parts[:min(2, len(parts))]...)
}

// impurities lists what the domain does that only its callers may do.
func impurities(sources []source) []string {
	var found []string

	for _, src := range sources {
		if src.dir != "." || src.test {
			continue
		}

		for _, imported := range src.imports {
			if !slices.ContainsFunc(domainImports, func(pattern string) bool {
				matched, err := path.Match(pattern, imported)

				return err == nil && matched
			}) {
				found = append(found, fmt.Sprintf("%s: the domain must not import %s", src.name, imported))
			}
		}

		ast.Inspect(src.file, func(node ast.Node) bool {
			selector, isSelector := node.(*ast.SelectorExpr)
			if !isSelector {
				return true
			}
			if pkg, isName := selector.X.(*ast.Ident); isName && slices.Contains(domainForbids, pkg.Name+"."+selector.Sel.Name) {
				found = append(found, fmt.Sprintf("%s: the domain must not use %s.%s", src.name, pkg.Name, selector.Sel.Name))
			}

			return true
		})
	}

	return found
}

// reached lists what a room imports, directly or through our other packages, that begins with one of the prefixes; each with
// the way there.
func reached(sources []source, from string, prefixes []string) []string {
	imports := map[string][]string{}
	for _, src := range sources {
		if !src.test {
			imports[src.dir] = append(imports[src.dir], src.imports...)
		}
	}

	var (
		found []string
		visit func(dir, way string)
	)

	seen := map[string]bool{}
	visit = func(dir, way string) {
		if seen[dir] {
			return
		}
		seen[dir] = true

		for _, imported := range imports[dir] {
			if slices.ContainsFunc(prefixes, func(prefix string) bool {
				return imported == prefix || strings.HasPrefix(imported, prefix+"/")
			}) {
				found = append(found, way+" → "+imported)
			}
			if next, own := ours(imported); own {
				visit(next, way+" → "+next)
			}
		}
	}

	for dir := range imports {
		if room(dir) == from {
			visit(dir, dir)
		}
	}

	return found
}

func TestFencesHoldInThisTree(t *testing.T) {
	t.Parallel()

	sources := parseTree(t, os.DirFS("."))

	require.Empty(t, brokenFences(sources))
	require.Empty(t, impurities(sources))
	for from, prefixes := range unreachable {
		require.Empty(t, reached(sources, from, prefixes))
	}
}

func TestFencesAreDrawnInTheDocumentation(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("docs/architecture.md")
	require.NoError(t, err)
	for name := range rooms {
		if name != "." {
			require.Contains(t, string(text), "`"+name+"/`", "docs/architecture.md describes every room")
		}
	}
}

func TestFencesCatch(t *testing.T) {
	t.Parallel()

	cases := []struct {
		name, file, text string
		want             string
	}{
		{"an arrow that is not in the plan", "activities/a.go", `import _ "rapport/postgres"`, "activities/a.go must not import rapport/postgres"},
		{"an arrow backwards", "workflows/w.go", `import _ "rapport/worker"`, "workflows/w.go must not import rapport/worker"},
		{"a room that is not in the plan", "utils/u.go", ``, "utils/u.go: the folder is in no room of the plan"},
		{"a program that is not in the plan", "cmd/other/m.go", ``, "cmd/other/m.go: the folder is in no room of the plan"},
		{"one vendor in another's folder", "providers/a/a.go", `import _ "rapport/providers/b"`, "providers/a/a.go must not import rapport/providers/b"},
		{"the sandbox in the program", "cmd/rapport/m.go", `import _ "rapport/sandbox"`, "cmd/rapport/m.go must not import rapport/sandbox"},
		{"generated types outside", "cmd/rapport/m.go", `import _ "rapport/postgres/gen"`, "cmd/rapport/m.go must not import rapport/postgres/gen"},
		{"help for tests in code", "cmd/rapport/m.go", `import _ "rapport/postgres/postgrestest"`, "cmd/rapport/m.go must not import rapport/postgres/postgrestest"},
		{"tests are fenced too", "temporal/t_test.go", `import _ "rapport/api"`, "temporal/t_test.go must not import rapport/api"},
		{"the domain doing I/O", "d.go", `import _ "os"`, "d.go: the domain must not import os"},
		{"the domain asking for the time", "d.go", "import \"time\"\nvar now = time.Now()", "d.go: the domain must not use time.Now"},
		{"the domain throwing dice", "d.go", "import \"github.com/google/uuid\"\nvar id = uuid.New()", "d.go: the domain must not use uuid.New"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			sources := parseTree(t, fstest.MapFS{tc.file: {Data: []byte("package p\n" + tc.text)}})
			require.Equal(t, []string{tc.want}, append(brokenFences(sources), impurities(sources)...))
		})
	}
}

func TestFencesAllow(t *testing.T) {
	t.Parallel()

	cases := []struct {
		name, file, text string
	}{
		{"the program wires everything", "cmd/rapport/m.go", "import _ \"rapport/api\"\nimport _ \"rapport/postgres\"\nimport _ \"rapport/providers/stripe\""},
		{"tests of a provider on the sandbox", "providers/stripe/s_test.go", `import _ "rapport/sandbox"`},
		{"tests of the API on a real database", "api/a_test.go", `import _ "rapport/postgres/postgrestest"`},
		{"folders of one vendor", "providers/stripe/s.go", `import _ "rapport/providers/stripe/wire"`},
		{"time as a value", "d.go", "import \"time\"\ntype at = time.Time"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			head := "package p\n"
			if tc.file == "deps.go" {
				head = "//go:build deps\n\n" + head
			}

			sources := parseTree(t, fstest.MapFS{tc.file: {Data: []byte(head + tc.text)}})
			require.Empty(t, append(brokenFences(sources), impurities(sources)...))
		})
	}
}

func TestFencesFollowImportsThroughOtherRooms(t *testing.T) {
	t.Parallel()

	sources := parseTree(t, fstest.MapFS{
		"workflows/w.go":      {Data: []byte("package p\nimport _ \"rapport/activities\"")},
		"activities/a.go":     {Data: []byte("package p\nimport _ \"github.com/jackc/pgx/v5\"")},
		"workflows/w_test.go": {Data: []byte("package p\nimport _ \"net/http\"")},
	})
	require.Equal(t,
		[]string{"workflows → activities → github.com/jackc/pgx/v5"},
		reached(sources, "workflows", unreachable["workflows"]))
}
