package api

import (
	"context"
	"fmt"
	"unicode/utf8"

	"rapport"
	"rapport/api/gen"
)

// checkPassword names what is wrong with a password that somebody chose.
func checkPassword(path, password string) []rapport.Field {
	if utf8.RuneCountInString(password) < minPassword {
		return []rapport.Field{{Path: path, Code: "too_short", Detail: fmt.Sprintf("A password has at least %d characters.", minPassword)}}
	}
	return nil
}

// ChangePassword changes the caller's password. Who has taken a session over does not know the present one, and does not try many.
func (s *Server) ChangePassword(ctx context.Context, r gen.ChangePasswordRequestObject) (gen.ChangePasswordResponseObject, error) {
	if bad := checkPassword("new_password", r.Body.NewPassword); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	me := principalFrom(ctx)
	tries := s.subject("password", me.UserID.String())
	wait, err := s.cfg.Store.NoteSignIn(ctx, tries, signInAccount, signInWindow)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many wrong passwords. Wait %s and try again.", minutes(wait)), wait}
	}
	found, err := s.cfg.Store.CredentialsOf(ctx, me.Email)
	if err != nil {
		return nil, err
	}
	right, err := s.passwords.matches(ctx, r.Body.Password, found.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, rapport.Invalid(rapport.Field{Path: "password", Code: "wrong_password", Detail: "This is not your present password."})
	}
	hash, err := s.passwords.hash(ctx, r.Body.NewPassword)
	if err != nil {
		return nil, err
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if err := s.cfg.Store.SignedIn(ctx, tries, tries); err != nil {
			return err
		}
		return s.cfg.Store.ChangePassword(ctx, me.UserID, hash, requestFrom(ctx).Session)
	})
	if err != nil {
		return nil, err
	}
	return gen.ChangePassword204Response{}, nil
}
