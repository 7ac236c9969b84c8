package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rapport"
	"rapport/api"
	"rapport/postgres"
)

// minPassword is the shortest password that the first people may have.
const minPassword = 12

// firstPeople is the file that `rapport migrate --bootstrap` reads: brands, and people with their passwords in the clear, so
// the file is to be deleted afterwards. People name their brands, which are listed before.
type firstPeople struct {
	Brands []rapport.BootstrapBrand `json:"brands"`
	Users  []firstUser              `json:"users"`
}

type firstUser struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	// SecondFactor is the secret of the person's authenticator in base32; empty for none. It needs RAPPORT_SECRET, with which it is kept.
	SecondFactor string                    `json:"second_factor"`
	Roles        map[string][]rapport.Role `json:"roles"`
}

func readFirstPeople(path string) (firstPeople, error) {
	file, err := os.Open(path)
	if err != nil {
		return firstPeople{}, fmt.Errorf("read the first people: %w", err)
	}
	defer func() { _ = file.Close() }()
	var first firstPeople
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&first); err != nil {
		return firstPeople{}, fmt.Errorf("read the first people from %s: %w", path, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return firstPeople{}, fmt.Errorf("read the first people from %s: there is more than one JSON value", path)
	}
	if len(first.Users) == 0 {
		return firstPeople{}, fmt.Errorf("%s names no people, so nobody could sign in", path)
	}

	return first, nil
}

// bootstrap writes the first brands and people, as the schema's owner. It is a conflict when anybody exists.
func bootstrap(ctx context.Context, owner, installation Secret, first firstPeople) error {
	b := rapport.Bootstrap{Brands: first.Brands}
	hashes := map[string]string{} // the hash is made to be slow
	for _, u := range first.Users {
		if len(u.Password) < minPassword {
			return fmt.Errorf("the password of %s is shorter than %d characters", u.Email, minPassword)
		}
		if hashes[u.Password] == "" {
			hashes[u.Password] = api.HashPassword(u.Password)
		}
		factor, err := secondFactor(installation, u)
		if err != nil {
			return err
		}
		b.Users = append(b.Users, rapport.BootstrapUser{Name: u.Name, Email: u.Email, PasswordHash: hashes[u.Password], SecondFactor: factor, Roles: u.Roles})
	}
	store, err := postgres.Open(ctx, string(owner))
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = store.Bootstrap(ctx, b)

	return explain(err)
}

// secondFactor is what the person of the file proves with; nil for nothing.
func secondFactor(installation Secret, u firstUser) (*rapport.SecondFactor, error) {
	if u.SecondFactor == "" {
		return nil, nil //nolint:nilnil // none is no error
	}
	if len(installation) < minSecret {
		return nil, fmt.Errorf("%s has a second factor: set RAPPORT_SECRET to what serve has", u.Email)
	}
	factor, err := api.SealSecondFactor([]byte(installation), u.SecondFactor)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.Email, err)
	}

	return &factor, nil
}

// explain adds the bad fields to a refusal, for a reader on a terminal.
func explain(err error) error {
	refusal, ok := errors.AsType[*rapport.Error](err)
	if !ok || len(refusal.Fields) == 0 {
		return err
	}
	lines := make([]string, 0, len(refusal.Fields))
	for _, f := range refusal.Fields {
		lines = append(lines, "  "+f.Path+": "+f.Detail)
	}

	return fmt.Errorf("%w\n%s", err, strings.Join(lines, "\n"))
}
