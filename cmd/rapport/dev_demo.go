package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"rapport"
)

// signIn is a person who can sign in.
type signIn struct {
	Brand    string       `json:"brand"`
	Role     rapport.Role `json:"role"`
	Name     string       `json:"name"`
	Email    string       `json:"email"`
	Password string       `json:"password"`
	// SecondFactor is the secret of the person's authenticator in base32; empty for whoever has none.
	SecondFactor string `json:"second_factor,omitempty"`
}

// demoBrand is a brand that `rapport dev` makes, with the name of each role's person.
type demoBrand struct {
	name, domain, zone, address string
	threshold                   rapport.Money
	signing                     string
	people                      [8]string // in the order of rapport.Roles
}

func demoBrands() []demoBrand {
	return []demoBrand{
		{
			name: "Northlight Outdoor", domain: "northlight.example", zone: "America/Denver",
			address: "Northlight Outdoor Co., 418 Canyon Road, Boulder, CO 80302, USA", threshold: rapport.Money{Amount: 20000, Currency: "usd"}, signing: rapport.SigningInPortal,
			people: [8]string{
				"Maya Lindqvist", "Theo Okafor", "Ruth Abelson", "Pilar Santos", "Henrik Dahl", "Joan Whitlock", "Sam Iyer", "Gus Novak",
			},
		},
		{
			name: "Meadow & Tide", domain: "meadowandtide.example", zone: "Europe/Berlin",
			address: "Meadow & Tide GmbH, Lindenallee 12, 10115 Berlin, Germany", threshold: rapport.Money{Amount: 0, Currency: "eur"}, signing: rapport.SigningAtProvider,
			people: [8]string{
				"Lena Brandt", "Noor Haddad", "Falk Reuter", "Ines Moreau", "Oskar Wieland", "Greta Vogel", "Tomas Prade", "Edda Klee",
			},
		},
	}
}

// demoPassword is the same in every installation, so that the documentation can name it. It is used for a database on this
// machine only.
func demoPassword(role rapport.Role) string {
	return "rapport-demo-" + strings.ReplaceAll(string(role), "_", "-")
}

// demoSecondFactor is the secret of a person's authenticator. Like the passwords it is the same in every installation, for a database on
// this machine only, so that one entry in a real authenticator serves every demo.
func demoSecondFactor(email string) string {
	sum := sha256.Sum256([]byte("rapport-demo-authenticator " + email))

	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

// populate gives an empty database brands and people to sign in as: two brands whose days are short for the sample world, else one with
// ordinary days. A database that has people, or that was given without being asked for a sample world, is left alone.
func (d *dev) populate(ctx context.Context) error {
	known, err := readSignIns(d.signInsPath())
	if err != nil {
		return err
	}
	if d.signIns = known; len(known) > 0 || (d.given("DATABASE_URL") && !d.demo) {
		return d.sameDay()
	}
	// The sign-ins are written down before the people exist, under another name, so that a start that is interrupted in between
	// leaves nobody whose password is unknown.
	draft := d.signInsPath() + ".new"
	begun, err := readSignIns(draft)
	if err != nil {
		return err
	}
	if d.demo {
		if err := os.WriteFile(d.dayPath(), []byte(d.day.String()+"\n"), 0o600); err != nil {
			return fmt.Errorf("write how long a day lasts: %w", err)
		}
	}
	people := begun
	if len(begun) == 0 {
		people = d.people()
		if err := writeSignIns(draft, people); err != nil {
			return err
		}
	}
	err = bootstrap(ctx, Secret(d.set["DATABASE_URL"]), Secret(d.set["RAPPORT_SECRET"]), d.firstPeople(people))
	switch {
	case rapport.ErrorCode(err) == rapport.CodeConflict && len(begun) == 0:
		d.out.printf("The database has people already, so none are made.")
		err = os.Remove(draft)
	case err == nil, rapport.ErrorCode(err) == rapport.CodeConflict:
		d.signIns = people
		err = os.Rename(draft, d.signInsPath())
	}
	if err != nil {
		return fmt.Errorf("make the first people: %w", err)
	}

	return nil
}

// sameDay refuses a length of the day that is not the one the calendars were made with: the creators of the sample world would keep
// another time than its deadlines.
func (d *dev) sameDay() error {
	made, err := os.ReadFile(d.dayPath())
	if errors.Is(err, fs.ErrNotExist) || !d.demo {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read how long a day lasts: %w", err)
	}
	if day := strings.TrimSpace(string(made)); day != d.day.String() {
		return fmt.Errorf("the sample world in %s was made with days of %s: start it with `make demo DAY=%s`, or begin anew with `make demo-reset`", d.dir, day, day)
	}

	return nil
}

// dayPath is a file with the length of the sample world's days.
func (d *dev) dayPath() string { return filepath.Join(d.dir, "day") }

func (d *dev) brands() []demoBrand {
	if d.demo {
		return demoBrands()
	}

	return demoBrands()[:1]
}

// people are one for each role and brand.
func (d *dev) people() []signIn {
	people := make([]signIn, 0, len(d.brands())*len(rapport.Roles()))
	for _, b := range d.brands() {
		for i, role := range rapport.Roles() {
			password := demoPassword(role)
			if d.given("DATABASE_URL") {
				password = random(minPassword)
			}
			person := signIn{
				Brand: b.name, Role: role, Name: b.people[i], Email: strings.ReplaceAll(string(role), "_", "-") + "@" + b.domain, Password: password,
			}
			if role.Finance() {
				person.SecondFactor = demoSecondFactor(person.Email)
				if d.given("DATABASE_URL") {
					person.SecondFactor = rand.Text()
				}
			}
			people = append(people, person)
		}
	}

	return people
}

func (d *dev) firstPeople(people []signIn) firstPeople {
	var first firstPeople
	for _, b := range demoBrands() {
		if !slices.ContainsFunc(people, func(p signIn) bool { return p.Brand == b.name }) {
			continue
		}
		calendar := rapport.DefaultCalendar(b.zone)
		if d.demo {
			calendar.DaySeconds = int(d.day / time.Second)
		}
		first.Brands = append(first.Brands, rapport.BootstrapBrand{
			Name: b.name, PostalAddress: b.address, MailFromName: b.name, MailFrom: "partnerships@" + b.domain,
			SecondPairThreshold: b.threshold, Signing: b.signing, Calendar: calendar,
		})
	}
	for _, p := range people {
		first.Users = append(first.Users, firstUser{
			Name: p.Name, Email: p.Email, Password: p.Password, SecondFactor: p.SecondFactor, Roles: map[string][]rapport.Role{p.Brand: {p.Role}},
		})
	}

	return first
}

// signInsPath is a file with everybody's sign-in, which the sandbox's simulated people use.
func (d *dev) signInsPath() string { return filepath.Join(d.dir, "people.json") }

// readSignIns gives none for a file that is not there.
func readSignIns(path string) ([]signIn, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who can sign in: %w", err)
	}
	var people []signIn
	if err := json.Unmarshal(text, &people); err != nil {
		return nil, fmt.Errorf("%s is damaged: delete its folder to begin anew: %w", path, err)
	}

	return people, nil
}

func writeSignIns(path string, people []signIn) error {
	text, err := json.MarshalIndent(people, "", "  ") //nolint:gosec // the file is made for these passwords
	if err != nil {
		return fmt.Errorf("encode who can sign in: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write who can sign in: %w", err)
	}

	return nil
}

// startSandbox starts the pretended outside world; for a demo with the world that moves by itself.
func (d *dev) startSandbox(ctx context.Context) error {
	if !d.sandboxed() {
		return nil
	}
	d.out.printf("Starting the sandbox ...")
	state := filepath.Join(d.dir, "sandbox")
	args := []string{
		"--addr", address(d.sandboxPort), "--control", address(d.sandboxControl), "--state", state, "--target", "http://" + address(d.http),
	}
	if len(d.signIns) > 0 {
		args = append(args, "--credentials", d.signInsPath())
	}
	if d.demo {
		args = append(args, "--pace", d.day.String())
		if len(d.signIns) > 0 {
			args = append(args, "--world", "http://"+address(d.http))
		}
	}
	if err := d.sup.start(ctx, program{
		name: "sandbox", path: d.tools["rapport-sandbox"], args: args, env: d.childEnv(""),
		stop: syscall.SIGTERM, kill: syscall.SIGKILL, grace: 15 * time.Second,
		ready: saysReady, warns: warnsJSON,
	}); err != nil {
		return err
	}
	d.rows = append(d.rows, service{"Mailbox", d.sandboxURL() + "/mailbox", "sandbox"}, service{"Authenticator", d.sandboxURL() + "/authenticator", "sandbox"},
		service{"Sandbox", d.sandboxURL(), "sandbox"}, service{"Sandbox control", "http://" + address(d.sandboxControl), "sandbox"})
	if d.given("SENDGRID_API_KEY") {
		return nil
	}
	// The sandbox makes its signing keys itself.
	for setting, name := range map[string]string{"SENDGRID_EVENT_PUBLIC_KEY": "event", "SENDGRID_INBOUND_PUBLIC_KEY": "inbound"} {
		key, err := os.ReadFile(filepath.Join(state, "keys", name+".pub"))
		if err != nil {
			return fmt.Errorf("read the sandbox's key: %w", err)
		}
		d.set[setting] = strings.TrimSpace(string(key))
	}

	return nil
}

// signInTable names one person for each role; the others' addresses differ in the brand only.
func signInTable(people []signIn) string {
	var rows [][]string
	other := ""
	for _, p := range people {
		if p.Brand == people[0].Brand {
			rows = append(rows, []string{string(p.Role), p.Email, p.Password})
		} else {
			other = p.Brand
		}
	}
	text := table([]string{"Role", "E-mail", "Password"}, rows) + "\nFinance also gives a code, which the page Authenticator shows.\n"
	if other != "" {
		text += "\nThese are the people of " + people[0].Brand + "; those of " + other + " are in people.json.\n"
	}

	return text
}
