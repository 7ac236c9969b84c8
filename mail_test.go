package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestRender(t *testing.T) {
	t.Parallel()

	values := map[string]string{"creator.first_name": "Mia", "brand.name": "A & B <Shoes>", "empty": "", "sneaky": "{{creator.first_name}}"}
	for _, c := range []struct {
		template, want string
		missing        []string
	}{
		{"Hello {{creator.first_name}} from {{ brand.name }}!", "Hello Mia from A & B <Shoes>!", nil},
		{"No tags.", "No tags.", nil},
		{"", "", nil},
		{"{{nobody}} and {{empty}}", " and ", []string{"nobody", "empty"}},
		{"Open {{portal_link}} now", "Open {{portal_link}} now", nil},
		{"Hello {{creator.first_name", "Hello {{creator.first_name", []string{"unclosed tag"}},
		{"{{sneaky}}", "{{creator.first_name}}", nil},
		{"{{}}", "", []string{""}},
	} {
		out, missing := rapport.Render(c.template, values)
		require.Equal(t, c.want, out)
		require.Equal(t, c.missing, missing, c.template)
	}
}

func TestMaskLinks(t *testing.T) {
	t.Parallel()

	const token = "Zk3v_0aB-9dQwErTyUiOpAsDfGhJkLzXcVbNm123456" // 32 bytes in base64url
	for in, want := range map[string]string{
		"> Open https://r.example/portal/" + token + " now":                          "> Open https://r.example/portal/… now",
		`<a href="https://r.example/unsubscribe/` + token + `">`:                     `<a href="https://r.example/unsubscribe/…">`,
		"https://safe.example/?url=https%3A%2F%2Fr.example%2Fportal%2F" + token:      "https://safe.example/?url=https%3A%2F%2Fr.example%2Fportal%2F…",
		"https://r.example/portal/home":                                              "https://r.example/portal/home",
		"https://a.example/?u=https%253A%252F%252Fr.example%252Fportal%252F" + token: "https://a.example/?u=https%253A%252F%252Fr.example%252Fportal%252F…",
		"https://blog.example/review/acme-serum-honest-opinion-of-two-months":        "https://blog.example/review/acme-serum-honest-opinion-of-two-months",
		"my portal/website": "my portal/website",
	} {
		require.Equal(t, want, rapport.MaskLinks(in))
	}
}

func TestErrorsOfProvidersHoldCodesOnly(t *testing.T) {
	t.Parallel()

	cause := rapport.Errorf(rapport.CodeConflict, "mia@example.com")
	pay := &rapport.PayError{Outcome: rapport.PayBusy, Code: "lock_timeout", Err: cause}
	require.Equal(t, "payment provider: busy (lock_timeout)", pay.Error())
	require.ErrorIs(t, pay, cause)
	send := &rapport.SendError{Outcome: "rejected", Err: cause}
	require.Equal(t, "mail provider: rejected", send.Error())
	require.ErrorIs(t, send, cause)
}

func TestPlainSubject(t *testing.T) {
	t.Parallel()

	for subject, want := range map[string]string{
		"Re: Spring": "spring", "RE: Re: AW: Spring ": "spring", "Fwd: [2]: Spring": "[2]: spring", "Re[2]: Spring": "spring", "Research: Spring": "research: spring", "": "", "re:": "",
	} {
		require.Equal(t, want, rapport.PlainSubject(subject), "%q", subject)
	}
}
