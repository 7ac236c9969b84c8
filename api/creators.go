package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

func toCreator(c rapport.Creator) gen.Creator {
	out := gen.Creator{
		Id: c.ID, Name: c.Name, Country: orNil(c.Country), Zone: orNil(c.Zone), Language: orNil(c.Language), Locale: orNil(gen.Locale(c.Locale)), Tags: noNil(c.Tags),
		Accounts: each(c.Accounts, toAccount), Contacts: each(c.Contacts, toContact),
		DoNotContact: c.DoNotContact, DoNotContactReason: orNil(c.DoNotContactReason), Banned: c.Banned, PayeeState: gen.CreatorPayeeState(c.PayeeState),
		PartnershipsCount: c.PartnershipsInScope, Version: c.Version, CreatedAt: c.CreatedAt,
	}
	if c.MergedInto != uuid.Nil {
		out.MergedInto = &c.MergedInto
	}
	return out
}

func toAccount(a rapport.SocialAccount) gen.SocialAccount {
	id := a.ID
	out := gen.SocialAccount{Id: &id, Platform: a.Platform, Handle: a.Handle, PlatformId: orNil(a.PlatformID), Url: orNil(a.URL), Followers: a.Followers}
	if a.FollowersAsOf != nil {
		day := toDate(*a.FollowersAsOf)
		out.FollowersAsOf = &day
	}
	return out
}

func toContact(k rapport.Contact) gen.Contact {
	id := k.ID
	return gen.Contact{Id: &id, Role: gen.ContactRole(k.Role), Name: orNil(k.Name), Email: k.Email}
}

func fromAccounts(list []gen.SocialAccount) []rapport.SocialAccount {
	return each(list, func(a gen.SocialAccount) rapport.SocialAccount {
		out := rapport.SocialAccount{Platform: a.Platform, Handle: a.Handle, PlatformID: value(a.PlatformId), URL: value(a.Url), Followers: a.Followers}
		if a.FollowersAsOf != nil {
			out.FollowersAsOf = &a.FollowersAsOf.Time
		}
		return out
	})
}

func fromContacts(list []gen.Contact) []rapport.Contact {
	return each(list, func(k gen.Contact) rapport.Contact {
		return rapport.Contact{Role: string(k.Role), Name: value(k.Name), Email: k.Email}
	})
}

// ListCreators lists creators.
func (s *Server) ListCreators(ctx context.Context, r gen.ListCreatorsRequestObject) (gen.ListCreatorsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	creators, next, err := s.cfg.Store.ListCreators(ctx, value(r.Params.Q), strings.ToUpper(value(r.Params.Country)), value(r.Params.Tag), page)
	if err != nil {
		return nil, err
	}
	return gen.ListCreators200JSONResponse{Items: each(creators, toCreator), NextCursor: cursorOf(next)}, nil
}

// CreateCreator adds a creator.
func (s *Server) CreateCreator(ctx context.Context, r gen.CreateCreatorRequestObject) (gen.CreateCreatorResponseObject, error) {
	c := rapport.Creator{
		Name: r.Body.Name, Country: value(r.Body.Country), Zone: value(r.Body.Zone), Language: value(r.Body.Language), Locale: value(r.Body.Locale), Tags: value(r.Body.Tags),
		Accounts: fromAccounts(value(r.Body.Accounts)), Contacts: fromContacts(value(r.Body.Contacts)),
	}.Normal()
	if bad := c.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	made, err := s.cfg.Store.CreateCreator(ctx, c, s.today())
	if err != nil {
		return nil, err
	}
	return gen.CreateCreator201JSONResponse(toCreator(made)), nil
}

// GetCreator shows one creator.
func (s *Server) GetCreator(ctx context.Context, r gen.GetCreatorRequestObject) (gen.GetCreatorResponseObject, error) {
	c, err := s.cfg.Store.Creator(ctx, r.Id)
	if err != nil {
		return nil, called("creator", err)
	}
	return gen.GetCreator200JSONResponse{Body: toCreator(c), Headers: gen.GetCreator200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

// EditCreator changes what the body names; a given list replaces the whole list.
func (s *Server) EditCreator(ctx context.Context, r gen.EditCreatorRequestObject) (gen.EditCreatorResponseObject, error) {
	c, err := s.cfg.Store.Creator(ctx, r.Id)
	if err != nil {
		return nil, called("creator", err)
	}
	if c.Version, err = versionOf(r.Params.IfMatch, c.Version); err != nil {
		return nil, err
	}
	edit(&c.Name, r.Body.Name)
	edit(&c.Country, r.Body.Country)
	edit(&c.Zone, r.Body.Zone)
	edit(&c.Language, r.Body.Language)
	edit(&c.Locale, r.Body.Locale)
	edit(&c.Tags, r.Body.Tags)
	if r.Body.Accounts != nil {
		c.Accounts = fromAccounts(*r.Body.Accounts)
	}
	if r.Body.Contacts != nil {
		c.Contacts = fromContacts(*r.Body.Contacts)
	}
	c = c.Normal()
	if bad := c.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if c, err = s.cfg.Store.EditCreator(ctx, c, s.today()); err != nil {
		return nil, called("creator", err)
	}
	return gen.EditCreator200JSONResponse{Body: toCreator(c), Headers: gen.EditCreator200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

// SetDoNotContact sets or lifts do-not-contact, for every brand. It stands in the statement that claims a mail, so that nothing
// needs to be told.
func (s *Server) SetDoNotContact(ctx context.Context, r gen.SetDoNotContactRequestObject) (gen.SetDoNotContactResponseObject, error) {
	var c rapport.Creator
	err := s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.cfg.Store.SetDoNotContact(ctx, r.Id, r.Body.DoNotContact, strings.TrimSpace(value(r.Body.Reason)), principalFrom(ctx).UserID); err != nil {
			return called("creator", err)
		}
		if !r.Body.DoNotContact {
			return nil // lifting it starts nothing again: a person does
		}
		return s.cfg.Store.DoNotContact(ctx, r.Id)
	})
	if err != nil {
		return nil, err
	}
	return gen.SetDoNotContact200JSONResponse(toCreator(c)), nil
}

// SetBan bans a creator or lifts the ban, in every partnership.
func (s *Server) SetBan(ctx context.Context, r gen.SetBanRequestObject) (gen.SetBanResponseObject, error) {
	by, reason := principalFrom(ctx).UserID, strings.TrimSpace(r.Body.Reason)
	if reason == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say why."})
	}
	var c rapport.Creator
	err := s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		var err error
		if c, err = s.cfg.Store.SetBan(ctx, r.Id, r.Body.Banned, reason, by); err != nil {
			return called("creator", err)
		}
		return s.tellBan(ctx, r.Id, r.Body.Banned, by)
	})
	if err != nil {
		return nil, err
	}
	return gen.SetBan200JSONResponse(toCreator(c)), nil
}

// tellBan sends the ban or its end to every partnership of the creator, of all brands, in the transaction of the context. The
// relay takes it there.
func (s *Server) tellBan(ctx context.Context, creator uuid.UUID, banned bool, by uuid.UUID) error {
	all, err := s.cfg.Store.AllBrands(ctx)
	if err != nil {
		return err
	}
	partnerships, err := s.cfg.Store.OpenPartnershipsOf(rapport.WithBrands(ctx, all...), creator)
	if err != nil {
		return err
	}
	return s.tellBanTo(ctx, partnerships, banned, by)
}

// tellBanTo sends the ban or its end to partnerships, each with its brand.
func (s *Server) tellBanTo(ctx context.Context, partnerships map[uuid.UUID]uuid.UUID, banned bool, by uuid.UUID) error {
	store, err := s.commandStore()
	if err != nil {
		return err
	}
	deed, _ := deedID(ctx)
	cmd := rapport.Command{Kind: rapport.CmdUnban, Actor: by}
	if banned {
		cmd.Kind = rapport.CmdBan
	}
	for id, brand := range partnerships {
		cmd.ID = rapport.DeriveID(deed, id.String())
		input, err := json.Marshal(cmd)
		if err != nil {
			return fmt.Errorf("write the command: %w", err)
		}
		if err := store.PutOutbox(ctx, rapport.OutboxRow{
			ID: cmd.ID, BrandID: brand, Kind: "update", WorkflowID: "partnership/" + id.String(), Name: workflows.UpdateCommand,
			UpdateID: cmd.ID.String(), Input: input,
		}); err != nil {
			return err
		}
	}
	return nil
}

// Search finds creators, partnerships and campaigns by words.
func (s *Server) Search(ctx context.Context, r gen.SearchRequestObject) (gen.SearchResponseObject, error) {
	hits, err := s.cfg.Store.Search(ctx, cut(r.Params.Q, 200))
	if err != nil {
		return nil, err
	}
	return gen.Search200JSONResponse{Items: each(hits, func(h rapport.SearchHit) gen.SearchHit {
		return gen.SearchHit{Noun: gen.SearchHitNoun(h.Noun), Id: h.ID, Title: h.Title, Subtitle: orNil(h.Subtitle)}
	})}, nil
}
