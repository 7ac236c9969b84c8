package rapport

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of one import.
const (
	MaxImportRows  = 100_000
	MaxImportBytes = 30 << 20
)

// The fields that a column of an import can fill.
const (
	importName        = "name"
	importHandle      = "handle"
	importPlatform    = "platform"
	importPlatformID  = "platform_id"
	importURL         = "url"
	importEmail       = "email"
	importContactName = "contact_name"
	importCountry     = "country"
	importFollowers   = "followers"
	importAsOf        = "as_of"
	importZone        = "zone"
	importLanguage    = "language"
	importTags        = "tags"
)

// importColumns lists the fields and, best first, the headers they are guessed from: lower case, letters and digits only.
var importColumns = []struct { //nolint:gochecknoglobals // a table
	field   string
	headers []string
}{
	{importName, []string{"displayname", "name", "fullname", "creatorname", "creator", "channelname", "channeltitle", "channel", "accountname", "title"}},
	{importHandle, []string{"handle", "username", "accounthandle", "channelhandle", "screenname", "user", "account"}},
	{importPlatform, []string{"platform", "network", "socialnetwork", "site"}},
	{importPlatformID, []string{"platformid", "channelid", "accountid", "userid"}},
	{importURL, []string{"url", "profileurl", "channelurl", "link", "profile"}},
	{importEmail, []string{"email", "emailaddress", "mail", "contactemail", "businessemail"}},
	{importContactName, []string{"contactname", "contact", "contactperson"}},
	{importCountry, []string{"country", "countrycode"}},
	{importFollowers, []string{"followers", "subscribers", "followercount", "subscribercount", "subs", "fans"}},
	{importAsOf, []string{"asof", "followersasof", "measuredon", "date"}},
	{importZone, []string{"zone", "timezone", "tz"}},
	{importLanguage, []string{"language", "lang", "locale"}},
	{importTags, []string{"tags", "labels", "categories", "category", "niche", "topics"}},
}

// ImportSheet is a parsed file: what its columns mean and its rows, each checked by itself.
type ImportSheet struct {
	Columns []string
	Mapping map[string]string // field to header
	Rows    []ImportRow
}

// ImportRow is one row in normal form. The creator has at most one account and one contact.
type ImportRow struct {
	Row      int // line in the file, 1 is the first after the header
	Creator  Creator
	Problems []Field // by field of the import
	Notes    []string
}

// ParseImport reads a CSV file in UTF-8, with or without a byte order mark, with any usual line end and delimiter. A given
// mapping (field to header) replaces the guess for its fields. today bounds the dates. It answers CodeInvalid when the
// file as a whole cannot be read, and CodeTooLarge over MaxImportRows; what is wrong with one row stands in that row.
func ParseImport(data []byte, mapping map[string]string, today time.Time) (ImportSheet, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(data, 0) >= 0 {
		return ImportSheet{}, badFile("not_csv", "This is not a CSV file. Save the sheet as CSV (UTF-8) and try again.")
	}
	if !utf8.Valid(data) {
		return ImportSheet{}, badFile("bad_encoding", "The file is not in UTF-8. Save the sheet as CSV UTF-8 and try again.")
	}
	if bytes.IndexByte(data, '\n') < 0 {
		data = bytes.ReplaceAll(data, []byte{'\r'}, []byte{'\n'})
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = sniff(data), -1, true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return ImportSheet{}, badFile("empty", "The file is empty.")
	} else if err != nil {
		return ImportSheet{}, badFile("bad_quoting", "The first line, which names the columns, has a quotation mark out of place.")
	}
	sheet := ImportSheet{Columns: slices.Clone(header)}
	for i, h := range sheet.Columns {
		if sheet.Columns[i] = strings.TrimSpace(h); sheet.Columns[i] == "" {
			sheet.Columns[i] = fmt.Sprintf("column %d", i+1)
		}
	}
	headerLine, _ := r.FieldPos(0)
	p := importParser{columns: sheet.Columns, at: map[string]int{}, zones: map[string][]Field{}, today: today}
	if sheet.Mapping, err = p.resolve(mapping); err != nil {
		return ImportSheet{}, err
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return sheet, nil
		}
		if len(sheet.Rows) >= MaxImportRows {
			return ImportSheet{}, Errorf(CodeTooLarge, "The file has more than %d rows. Split it; nothing was imported.", MaxImportRows)
		}
		if err != nil {
			bad, ok := errors.AsType[*csv.ParseError](err)
			if !ok || bad.StartLine != bad.Line {
				return ImportSheet{}, badFile("bad_quoting", fmt.Sprintf("A quotation mark opened in line %d is never closed. Nothing was imported.", startLine(bad)))
			}
			sheet.Rows = append(sheet.Rows, ImportRow{Row: bad.Line - headerLine, Problems: []Field{{"row", "bad_quoting", "A quotation mark is out of place."}}})
			continue
		}
		line, _ := r.FieldPos(0)
		sheet.Rows = append(sheet.Rows, p.row(line-headerLine, record))
	}
}

func startLine(e *csv.ParseError) int {
	if e == nil {
		return 0
	}
	return e.StartLine
}

func badFile(code, detail string) *Error {
	return &Error{Code: CodeInvalid, Message: detail, Fields: []Field{{"file", code, detail}}}
}

// sniff guesses the delimiter: the one that cuts the first records into the most columns, all alike.
func sniff(data []byte) rune {
	if len(data) > 64<<10 {
		data = data[:64<<10]
		if i := bytes.LastIndexByte(data, '\n'); i > 0 {
			data = data[:i]
		}
	}
	best, most := ',', 0
	for _, comma := range []rune{',', ';', '\t', '|'} {
		r := csv.NewReader(bytes.NewReader(data))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
		header, err := r.Read()
		if err != nil || len(header) < 2 {
			continue
		}
		columns, alike := len(header), 1
		for range 20 {
			if record, err := r.Read(); err != nil || len(record) != columns {
				break
			}
			alike++
		}
		if score := columns * (1 + alike); score > most {
			best, most = comma, score
		}
	}
	return best
}

type importParser struct {
	columns []string
	at      map[string]int // field to index of its column
	zones   map[string][]Field
	today   time.Time
}

// resolve finds the column of each field: as given, else guessed from the headers that are left.
func (p *importParser) resolve(given map[string]string) (map[string]string, error) {
	mapping, taken := map[string]string{}, map[int]bool{}
	var bad []Field
	for _, field := range slices.Sorted(maps.Keys(given)) {
		header := strings.TrimSpace(given[field])
		known := slices.ContainsFunc(importColumns, func(c struct {
			field   string
			headers []string
		},
		) bool {
			return c.field == field
		})
		i := slices.Index(p.columns, header)
		switch {
		case !known:
			bad = append(bad, Field{"mapping." + field, "unknown_field", fmt.Sprintf("There is no field %q to fill.", field)})
		case header == "": // the field is left out on purpose
			p.at[field] = -1
		case i < 0:
			bad = append(bad, Field{"mapping." + field, "unknown_column", fmt.Sprintf("The file has no column %q.", header)})
		default:
			p.at[field], taken[i], mapping[field] = i, true, header
		}
	}
	if len(bad) > 0 {
		return nil, Invalid(bad...)
	}
	for _, c := range importColumns {
		if _, ok := p.at[c.field]; ok {
			continue
		}
		p.at[c.field] = -1
		for _, h := range c.headers {
			if i := slices.IndexFunc(p.columns, func(s string) bool { return headerWord(s) == h }); i >= 0 && !taken[i] {
				p.at[c.field], taken[i], mapping[c.field] = i, true, p.columns[i]
				break
			}
		}
	}
	if p.at[importName] < 0 && p.at[importHandle] < 0 {
		return nil, badFile("no_column", fmt.Sprintf("No column looks like a name or a handle. The columns are: %s. Say which is which, or check the delimiter.", strings.Join(p.columns, ", ")))
	}
	return mapping, nil
}

func headerWord(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// row reads one record.
func (p *importParser) row(n int, record []string) ImportRow {
	row := ImportRow{Row: n}
	cell := func(field string) string {
		i := p.at[field]
		if i < 0 || i >= len(record) {
			return ""
		}
		return strings.Clone(strings.Join(strings.Fields(record[i]), " ")) // the record's memory is used again
	}
	bad := func(f ...Field) { row.Problems = append(row.Problems, f...) }
	for _, extra := range record[min(len(p.columns), len(record)):] {
		if strings.TrimSpace(extra) != "" {
			bad(Field{"row", "too_many_cells", "The row has more cells than there are columns. Put quotation marks around a cell that has the delimiter in it."})
			break
		}
	}
	for _, field := range []string{importName, importContactName, importEmail, importTags, importPlatformID} {
		if text := cell(field); text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
			row.Notes = append(row.Notes, fmt.Sprintf("The %s begins like a formula. It is kept as text and never computed.", strings.ReplaceAll(field, "_", " ")))
		}
	}
	c := Creator{Name: cell(importName), Country: strings.ToUpper(cell(importCountry)), Zone: cell(importZone), Language: cell(importLanguage)}
	if c.Country == "UK" {
		c.Country = "GB"
	}
	c.Tags = normalTags(strings.FieldsFunc(cell(importTags), func(r rune) bool { return r == ',' || r == ';' || r == '|' }))
	bad(p.account(&c, cell)...)
	if c.Name == "" && len(c.Accounts) > 0 {
		c.Name = strings.TrimPrefix(c.Accounts[0].Handle, "@")
	} else {
		bad(checkText(importName, c.Name, true, 200)...)
	}
	bad(checkCountry(importCountry, c.Country)...)
	bad(checkLanguage(importLanguage, c.Language)...)
	bad(p.zone(c.Zone)...)
	if len(c.Tags) > 50 || slices.ContainsFunc(c.Tags, func(t string) bool { return checkText("", t, true, 100) != nil }) {
		bad(Field{importTags, "bad_tags", "At most 50 tags of at most 100 characters."})
	}
	if email := NormalEmail(cell(importEmail)); email != "" {
		contact := Contact{Role: "creator", Name: cell(importContactName), Email: email}
		bad(CheckEmail(importEmail, email)...)
		bad(checkText(importContactName, contact.Name, false, 200)...)
		c.Contacts = []Contact{contact}
	}
	if len(c.Accounts) == 0 && len(c.Contacts) == 0 && len(row.Problems) == 0 {
		bad(Field{importHandle, "required", "A row needs a handle or an address, so that the next import finds the same creator."})
	}
	row.Creator = c
	return row
}

// account reads the cells of the social account.
func (p *importParser) account(c *Creator, cell func(string) string) []Field {
	a := SocialAccount{Platform: NormalPlatform(cell(importPlatform)), Handle: NormalHandle(cell(importHandle)), PlatformID: cell(importPlatformID), URL: cell(importURL)}
	if a.Handle == "" && a.PlatformID == "" {
		return nil
	}
	if a.Platform == "" {
		a.Platform = platformOf(a.URL)
	}
	var f []Field
	f = append(f, checkPlatform(importPlatform, a.Platform)...)
	if a.Handle == "" {
		a.Handle = NormalHandle(a.PlatformID)
	}
	f = append(f, checkHandle(importHandle, a.Handle)...)
	f = append(f, checkText(importPlatformID, a.PlatformID, false, 200)...)
	f = append(f, checkURL(importURL, a.URL)...)
	if text := cell(importFollowers); text != "" {
		n, err := strconv.ParseInt(strings.NewReplacer(",", "", " ", "", "_", "", "'", "", "\u00a0", "", "\u202f", "").Replace(text), 10, 64)
		if err != nil || n < 0 {
			f = append(f, Field{importFollowers, "bad_number", fmt.Sprintf("%q is not a whole number of followers.", text)})
		} else {
			a.Followers = &n
		}
	}
	if text := cell(importAsOf); text != "" {
		day, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
		switch {
		case err != nil:
			f = append(f, Field{importAsOf, "bad_date", "Write the date as YYYY-MM-DD."})
		case day.After(p.today.AddDate(0, 0, 1)):
			f = append(f, Field{importAsOf, "in_future", "This date is still to come."})
		default:
			a.FollowersAsOf = &day
		}
	}
	c.Accounts = []SocialAccount{a}
	return f
}

func platformOf(url string) string {
	for host, platform := range map[string]string{
		"youtube.com/": "youtube", "instagram.com/": "instagram", "tiktok.com/": "tiktok", "twitch.tv/": "twitch", "//x.com/": "x", "twitter.com/": "x",
	} {
		if strings.Contains(url, host) {
			return platform
		}
	}
	return ""
}

func (p *importParser) zone(s string) []Field {
	f, ok := p.zones[s]
	if !ok {
		f = checkZone(importZone, s)
		p.zones[s] = f
	}
	return f
}

// Verdict is what an import does with a row.
type Verdict string

// The verdicts.
const (
	VerdictCreate    Verdict = "create"
	VerdictUpdate    Verdict = "update"
	VerdictUnchanged Verdict = "unchanged"
	VerdictDuplicate Verdict = "duplicate" // left out: an earlier row or another creator has the account
	VerdictInvalid   Verdict = "invalid"   // left out: Problems says why
)

// ImportVerdict is the verdict on one row.
type ImportVerdict struct {
	Row          int
	Verdict      Verdict
	Name, Handle string
	OfCreator    *uuid.UUID // whom it updates, leaves unchanged or duplicates
	OfRow        int        // the earlier row that it duplicates or adds to; 0 for none
	Problems     []Field
	Notes        []string
}

// ImportKnown is what is kept already about the creators that rows may mean.
type ImportKnown struct {
	Creators []Creator
	// Entered are the follower counts kept from imports and by hand, by account and by day as YYYY-MM-DD.
	Entered map[uuid.UUID]map[string]int64
}

// ImportAccount is an account with what an import does to it.
type ImportAccount struct {
	SocialAccount

	New      bool
	Changed  bool
	Snapshot bool // Followers as of FollowersAsOf are to be kept
	row      int
}

// ImportTarget is one creator with what an import does to it.
type ImportTarget struct {
	Creator      Creator // as it will be; the ID is zero when New
	Accounts     []ImportAccount
	NewContacts  []Contact
	New          bool
	Changed      bool // the profile itself, beside accounts and contacts
	NeedsAddress bool
	row          int
}

// dirty says whether anything is to be written.
func (t *ImportTarget) dirty() bool {
	return t.New || t.Changed || len(t.NewContacts) > 0 ||
		slices.ContainsFunc(t.Accounts, func(a ImportAccount) bool { return a.New || a.Changed || a.Snapshot })
}

// ImportPlan is what an import would do.
type ImportPlan struct {
	Verdicts []ImportVerdict
	Targets  []*ImportTarget // only those with something to write
}

// Counts counts the rows by verdict; every verdict has a count.
func (p ImportPlan) Counts() map[Verdict]int {
	counts := map[Verdict]int{VerdictCreate: 0, VerdictUpdate: 0, VerdictUnchanged: 0, VerdictDuplicate: 0, VerdictInvalid: 0}
	for _, v := range p.Verdicts {
		counts[v.Verdict]++
	}
	return counts
}

// importIndex finds the creator that a row means.
type importIndex struct {
	byID, byHandle map[string]accountAt
	byEmail        map[string][]*ImportTarget
	targets        []*ImportTarget
	entered        map[uuid.UUID]map[string]int64
	today          time.Time
}

type accountAt struct {
	target *ImportTarget
	i      int
}

func (a accountAt) account() *ImportAccount { return &a.target.Accounts[a.i] }

// PlanImport decides on every row, in the order of the file. A row means the creator who has its account, by the platform's id
// before the handle; else who has the same address and name; else somebody new. The first row of a creator decides; a
// later one fills what is unknown still. The same file again is unchanged in every row that was taken.
func PlanImport(sheet ImportSheet, known ImportKnown, today time.Time) ImportPlan {
	x := importIndex{byID: map[string]accountAt{}, byHandle: map[string]accountAt{}, byEmail: map[string][]*ImportTarget{}, entered: known.Entered, today: today}
	for _, c := range known.Creators {
		t := &ImportTarget{Creator: c}
		for _, a := range c.Accounts {
			t.Accounts = append(t.Accounts, ImportAccount{SocialAccount: a})
		}
		x.add(t)
	}
	plan := ImportPlan{Verdicts: make([]ImportVerdict, 0, len(sheet.Rows))}
	for _, row := range sheet.Rows {
		plan.Verdicts = append(plan.Verdicts, x.decide(row))
	}
	for _, t := range x.targets {
		if t.dirty() {
			t.NeedsAddress = len(t.Creator.Contacts) == 0
			plan.Targets = append(plan.Targets, t)
		}
	}
	return plan
}

func (x *importIndex) add(t *ImportTarget) {
	x.targets = append(x.targets, t)
	for i := range t.Accounts {
		x.addAccount(accountAt{t, i})
	}
	for _, k := range t.Creator.Contacts {
		x.byEmail[k.Email] = append(x.byEmail[k.Email], t)
	}
}

func (x *importIndex) addAccount(at accountAt) {
	a := at.account()
	x.byHandle[handleKey(a.SocialAccount)] = at
	if a.PlatformID != "" {
		x.byID[a.Platform+"\x00"+a.PlatformID] = at
	}
}

func handleKey(a SocialAccount) string { return a.Platform + "\x00" + strings.ToLower(a.Handle) }

func (x *importIndex) decide(row ImportRow) ImportVerdict {
	v := ImportVerdict{Row: row.Row, Name: row.Creator.Name, Problems: row.Problems, Notes: row.Notes}
	if len(row.Creator.Accounts) > 0 {
		v.Handle = row.Creator.Accounts[0].Handle
	}
	if len(v.Problems) > 0 {
		v.Verdict = VerdictInvalid
		return v
	}
	at, t, refused := x.find(row.Creator, &v)
	if refused {
		return v
	}
	first := t == nil
	if first {
		t = &ImportTarget{New: true, row: row.Row, Creator: Creator{
			Name: row.Creator.Name, Country: row.Creator.Country, Zone: row.Creator.Zone, Language: row.Creator.Language, Tags: row.Creator.Tags,
		}}
		x.targets = append(x.targets, t)
	} else if t.Creator.ID != uuid.Nil {
		v.OfCreator = &t.Creator.ID
	}
	changed := x.merge(t, at, row)
	switch {
	case first:
		v.Verdict = VerdictCreate
	case t.New: // a second account of somebody who is new in this very file
		v.Verdict, v.OfRow = VerdictUpdate, t.row
	case changed:
		v.Verdict = VerdictUpdate
	default:
		v.Verdict = VerdictUnchanged
	}
	if t.row == 0 {
		t.row = row.Row
	}
	if v.Verdict != VerdictUnchanged && len(t.Creator.Contacts) == 0 {
		v.Notes = append(slices.Clip(v.Notes), "There is no address yet. A task to find one will be made.")
	}
	return v
}

// find answers whom the row means: the account when it is known, and the creator; nil for somebody new. refused says that
// the verdict is decided: the row is left out.
func (x *importIndex) find(c Creator, v *ImportVerdict) (at *accountAt, t *ImportTarget, refused bool) {
	duplicate := func(of *ImportTarget, row int, f ...Field) (*accountAt, *ImportTarget, bool) {
		v.Verdict, v.OfRow, v.Problems = VerdictDuplicate, row, f
		if of.Creator.ID != uuid.Nil {
			v.OfCreator = &of.Creator.ID
		}
		return nil, nil, true
	}
	if len(c.Accounts) == 0 {
		return x.findByAddress(c, v, duplicate)
	}
	a := c.Accounts[0]
	byID, okID := x.byID[a.Platform+"\x00"+a.PlatformID]
	okID = okID && a.PlatformID != ""
	byHandle, okHandle := x.byHandle[handleKey(a)]
	switch {
	case okID && okHandle && byID != byHandle:
		return duplicate(byHandle.target, byHandle.account().row, Field{importHandle, "taken", "Another account has this handle, and the platform's id is known with another one."})
	case !okID && okHandle && a.PlatformID != "" && byHandle.account().PlatformID != "":
		return duplicate(byHandle.target, byHandle.account().row, Field{importHandle, "taken", "This handle is known with another id of the platform."})
	case okID:
		at = &byID
	case okHandle:
		at = &byHandle
	}
	if at != nil {
		if row := at.account().row; row != 0 {
			return duplicate(at.target, row)
		}
		return at, at.target, false
	}
	if len(c.Contacts) > 0 {
		for _, t := range x.byEmail[c.Contacts[0].Email] {
			if strings.EqualFold(t.Creator.Name, c.Name) {
				return nil, t, false
			}
		}
	}
	return nil, nil, false
}

func (x *importIndex) findByAddress(c Creator, v *ImportVerdict, duplicate func(*ImportTarget, int, ...Field) (*accountAt, *ImportTarget, bool)) (*accountAt, *ImportTarget, bool) {
	found := x.byEmail[c.Contacts[0].Email]
	if len(found) > 1 {
		found = slices.DeleteFunc(slices.Clone(found), func(t *ImportTarget) bool { return !strings.EqualFold(t.Creator.Name, c.Name) })
		if len(found) != 1 {
			v.Verdict = VerdictInvalid
			v.Problems = []Field{{importEmail, "ambiguous", "Several creators have this address. Give a handle, so that it is clear who is meant."}}
			return nil, nil, true
		}
	}
	if len(found) == 0 {
		return nil, nil, false
	}
	if found[0].row != 0 {
		return duplicate(found[0], found[0].row)
	}
	return nil, found[0], false
}

// merge brings the row into the creator and says whether that changed anything.
func (x *importIndex) merge(t *ImportTarget, at *accountAt, row ImportRow) bool {
	changed := x.mergeProfile(t, row)
	if len(row.Creator.Accounts) > 0 {
		a := row.Creator.Accounts[0]
		if at == nil {
			t.Accounts = append(t.Accounts, ImportAccount{SocialAccount: a, New: true})
			at = &accountAt{t, len(t.Accounts) - 1}
			changed = true
		} else {
			changed = x.mergeAccount(at, a) || changed
		}
		at.account().row = row.Row
		changed = x.mergeFollowers(at.account(), a) || changed
		x.addAccount(*at)
	}
	for _, k := range row.Creator.Contacts {
		if !slices.ContainsFunc(t.Creator.Contacts, func(o Contact) bool { return o.Email == k.Email }) {
			t.Creator.Contacts = append(t.Creator.Contacts, k)
			t.NewContacts = append(t.NewContacts, k)
			x.byEmail[k.Email] = append(x.byEmail[k.Email], t)
			changed = true
		}
	}
	return changed
}

func (x *importIndex) mergeProfile(t *ImportTarget, row ImportRow) bool {
	changed, again := false, t.row != 0
	set := func(to *string, value string) {
		if value != "" && *to != value && (*to == "" || !again) {
			*to, changed = value, true
		}
	}
	named := len(row.Creator.Accounts) == 0 || row.Creator.Name != strings.TrimPrefix(row.Creator.Accounts[0].Handle, "@")
	if named { // a handle that stands in for a missing name does not replace a name
		set(&t.Creator.Name, row.Creator.Name)
	}
	set(&t.Creator.Country, row.Creator.Country)
	set(&t.Creator.Zone, row.Creator.Zone)
	set(&t.Creator.Language, row.Creator.Language)
	if tags := normalTags(slices.Concat(t.Creator.Tags, row.Creator.Tags)); len(tags) > len(t.Creator.Tags) {
		t.Creator.Tags, changed = tags, true
	}
	t.Changed = t.Changed || (changed && !t.New)
	return changed
}

func (x *importIndex) mergeAccount(at *accountAt, a SocialAccount) bool {
	kept, changed := at.account(), false
	set := func(to *string, value string) {
		if value != "" && *to != value {
			*to, changed = value, true
		}
	}
	delete(x.byHandle, handleKey(kept.SocialAccount))
	if a.Handle != NormalHandle(a.PlatformID) { // an id that stands in for a missing handle does not replace a handle
		set(&kept.Handle, a.Handle)
	}
	set(&kept.PlatformID, a.PlatformID)
	set(&kept.URL, a.URL)
	kept.Changed = kept.Changed || changed
	return changed
}

// mergeFollowers keeps a count for its day; without a day, when it differs from the last one known.
func (x *importIndex) mergeFollowers(kept *ImportAccount, a SocialAccount) bool {
	if a.Followers == nil {
		return false
	}
	day := a.FollowersAsOf
	if day == nil {
		if !kept.New && kept.Followers != nil && *kept.Followers == *a.Followers {
			return false
		}
		today := x.today.UTC().Truncate(Day)
		day = &today
	} else if n, ok := x.entered[kept.ID][day.Format(time.DateOnly)]; ok && n == *a.Followers {
		return false
	}
	n := *a.Followers
	kept.Followers, kept.FollowersAsOf, kept.Snapshot = &n, day, true
	return true
}

// ImportOptions says how an import is applied.
type ImportOptions struct {
	DryRun  bool // plan only
	By      uuid.UUID
	Brand   uuid.UUID // whose ops get the tasks for missing addresses
	TaskDue time.Time
	Today   time.Time // the day of follower counts that came without one
}

// SortFields puts fields into the order of their paths, so that the same mistakes read the same.
func SortFields(f []Field) []Field {
	slices.SortStableFunc(f, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return f
}
