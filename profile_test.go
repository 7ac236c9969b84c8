package rapport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func bad(fields []rapport.Field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Path + " " + f.Code
	}
	return list
}

func TestValuesFitTheKindOfTheirField(t *testing.T) {
	t.Parallel()
	for kind, values := range map[string]map[string]string{
		rapport.FieldText:   {"": "", "Loves\nmornings": "", strings.Repeat("x", 2001): "too_long", "a\x01": "bad_characters"},
		rapport.FieldNumber: {"": "", "12": "", "-3.5": "", "1e9": "bad_number", "0x1": "bad_number", "NaN": "bad_number", "1,5": "bad_number", "tall": "bad_number", "--1": "bad_number"},
		rapport.FieldDate:   {"": "", "2026-02-28": "", "2026-02-29": "bad_date", "28.2.2026": "bad_date", "2026-2-8": "bad_date"},
		rapport.FieldBool:   {"": "", "true": "", "false": "", "yes": "bad_bool", "TRUE": "bad_bool"},
		rapport.FieldSelect: {"": "", "S": "", "s": "unknown_value", "XL": "unknown_value"},
	} {
		field := rapport.CreatorField{Name: "Size", Kind: kind, Options: []string{"S", "M"}}
		for value, code := range values {
			var want []string
			if code != "" {
				want = []string{"value " + code}
			}
			require.ElementsMatch(t, want, bad(field.CheckValue("value", value)), "%s %q", kind, value)
		}
	}
}

func TestFieldsOfCreatorsAreChecked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		field rapport.CreatorField
		want  []string
	}{
		"right":     {rapport.CreatorField{Name: " Size ", Kind: "select", Options: []string{" S", "M"}}, nil},
		"nameless":  {rapport.CreatorField{Name: " ", Kind: "text"}, []string{"name required"}},
		"kindless":  {rapport.CreatorField{Name: "Size", Kind: "colour"}, []string{"kind unknown_value"}},
		"no choice": {rapport.CreatorField{Name: "Size", Kind: "select"}, []string{"options required"}},
		"options":   {rapport.CreatorField{Name: "Size", Kind: "text", Options: []string{"S"}}, []string{"options not_taken"}},
		"twice":     {rapport.CreatorField{Name: "Size", Kind: "select", Options: []string{"S", "S ", ""}}, []string{"options[1] duplicate", "options[2] required"}},
	} {
		require.ElementsMatch(t, tc.want, bad(tc.field.Normal().Check()), name)
	}
}

func TestProfilesNameEveryBadField(t *testing.T) {
	t.Parallel()
	size, day := uuid.New(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	fields := []rapport.CreatorField{{ID: size, Name: "Size", Kind: rapport.FieldSelect, Options: []string{"S"}}}
	rate := rapport.CreatorRate{Platform: " IG ", Kind: " reel ", Amount: rapport.Money{Amount: 100, Currency: "eur"}, AsOf: day}
	right := rapport.CreatorProfile{Preferences: "No mornings\n", Rates: []rapport.CreatorRate{rate}, Fields: []rapport.FieldValue{{FieldID: size, Value: "S "}}}.Normal()
	require.Empty(t, right.Check(fields))
	require.Equal(t, "instagram", right.Rates[0].Platform)
	require.Equal(t, "reel", right.Rates[0].Kind)

	rate.Kind, rate.Amount.Currency, rate.AsOf, rate.Note = "", "xxx", time.Time{}, strings.Repeat("x", 501)
	wrong := rapport.CreatorProfile{
		StyleNotes: strings.Repeat("x", 20_001), Rates: []rapport.CreatorRate{rate},
		Fields: []rapport.FieldValue{{FieldID: size, Value: "XL"}, {FieldID: size, Value: "S"}, {FieldID: uuid.New()}},
	}.Normal()
	require.ElementsMatch(t, []string{
		"style_notes too_long", "rates[0].kind required", "rates[0].amount.currency unknown_currency", "rates[0].note too_long", "rates[0].as_of required",
		"fields[0].value unknown_value", "fields[1].field_id duplicate", "fields[2].field_id unknown",
	}, bad(wrong.Check(fields)))
}

func TestDuplicatesAreRankedWithTheirReasons(t *testing.T) {
	t.Parallel()
	one, two, three, four := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	got := rapport.GuessDuplicates("Mia Lens", []rapport.DuplicateClue{
		{CreatorID: one, Name: "Other", Clue: rapport.ClueHandle, What: "@mia · tiktok"},
		{CreatorID: two, Name: "mia lens", Clue: rapport.ClueName, What: "mia lens"},
		{CreatorID: two, Name: "mia lens", Clue: rapport.ClueHandle, What: "@mia · twitch"},
		{CreatorID: three, Name: "Mia L.", Clue: rapport.ClueLocalPart, What: "mia"},
		{CreatorID: three, Name: "Mia L.", Clue: rapport.ClueLocalPart, What: "mia"},
		{CreatorID: four, Name: "Mia L.", Clue: rapport.ClueLocalPart, What: "hello"},
		{CreatorID: four, Name: "Bea", Clue: rapport.ClueAgent, What: "agent@mail.example"},
	})
	require.Equal(t, []rapport.DuplicateGuess{
		{CreatorID: two, Why: []string{"Both have the same name", "The same handle on another platform: @mia · twitch"}},
		{CreatorID: one, Why: []string{"The same handle on another platform: @mia · tiktok"}},
		{CreatorID: three, Why: []string{"A similar name, and both addresses begin with mia"}},
	}, got)

	many := make([]rapport.DuplicateClue, 30)
	for i := range many {
		many[i] = rapport.DuplicateClue{CreatorID: uuid.New(), Name: "Mia Lens", Clue: rapport.ClueName}
	}
	require.Len(t, rapport.GuessDuplicates("Mia Lens", many), 20)
}

func TestAlikeNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		a, b  string
		alike bool
	}{
		{"Mia Lens", "mia", true}, {"Mia Lens", "Mia-Lense", true}, {"Katharina", "Katarina", true}, {"Mia Lens", "Bea Olsen", false},
		{"Al", "Al", true}, {"Jo", "Al", false}, {"", "", false}, {"Mia", "", false},
	} {
		require.Equal(t, tc.alike, rapport.AlikeNames(tc.a, tc.b), "%q %q", tc.a, tc.b)
		require.Equal(t, tc.alike, rapport.AlikeNames(tc.b, tc.a), "%q %q", tc.b, tc.a)
	}
}

func TestEveryRefusalOfAMergeHasWords(t *testing.T) {
	t.Parallel()
	require.NoError(t, rapport.MergeRefused(""))
	for _, reason := range []string{
		"same_creator", "merged_already", "two_payee_accounts", "money_in_flight", "same_campaign", "undone_already", "too_late", "merged_on", "paid_since",
	} {
		err := rapport.MergeRefused(reason)
		require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err))
		require.Greater(t, len(err.Error()), len("conflict:  Nothing was changed.")+10, reason)
	}
}
