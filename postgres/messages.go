package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListMessages lists the messages of a partnership of the scope, newest first, without mail to people of the house. It answers
// not_found when the scope has no such partnership.
func (s *Store) ListMessages(ctx context.Context, partnership uuid.UUID, page rapport.Page) ([]rapport.Message, []string, error) {
	params := gen.ListMessagesParams{Brands: rapport.BrandsFrom(ctx), PartnershipID: &partnership, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Message, error) {
		if _, err := s.q.PartnershipSeq(ctx, tx, gen.PartnershipSeqParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return nil, err
		}
		found, err := s.messages(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.At, last.ID)
		}
		return found, err
	})
	return list, next, err
}

func (s *Store) messages(ctx context.Context, tx pgx.Tx, params gen.ListMessagesParams) ([]rapport.Message, error) {
	params.Viewer = rapport.ViewerFrom(ctx)
	rows, err := s.q.ListMessages(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	list := make([]rapport.Message, len(rows))
	var mentions, withFiles []uuid.UUID
	for i, r := range rows {
		list[i] = rapport.Message{
			ID: r.ID, Direction: r.Direction, Channel: r.Channel, Kind: r.Kind, State: r.State, Class: r.Class, Author: r.Author, To: r.ToAddress,
			From: r.FromAddress, Subject: r.Subject, Text: r.BodyText, Quoted: r.Quoted, HTML: r.BodyHtml, At: r.At, Hidden: r.Hidden, Looked: r.Looked, ToLook: r.ToLook, Version: int(r.Edits) + 1,
			Suggestion: rapport.ReplySuggestion{Class: rapport.ReplyClass(r.Suggestion), Why: r.SuggestionWhy},
		}
		if r.SuggestionAmount != nil && r.SuggestionCurrency != nil && !r.Hidden {
			list[i].Suggestion.Amount = &rapport.Money{Amount: *r.SuggestionAmount, Currency: *r.SuggestionCurrency}
		}
		mentions = append(mentions, r.Mentions...)
		if r.Files > 0 {
			withFiles = append(withFiles, r.ID)
		}
		for _, id := range []struct {
			to   *uuid.UUID
			from *uuid.UUID
		}{{&list[i].PartnershipID, r.PartnershipID}, {&list[i].BrandID, r.BrandID}, {&list[i].AuthorID, r.AuthorID}, {&list[i].ThreadID, r.ThreadID}} {
			if id.from != nil {
				*id.to = *id.from
			}
		}
	}
	if len(mentions) > 0 {
		names, err := s.UserNames(ctx, mentions)
		if err != nil {
			return nil, err
		}
		for i, r := range rows {
			for _, id := range r.Mentions {
				list[i].Mentions = append(list[i].Mentions, rapport.UserRef{ID: id, Name: names[id]})
			}
		}
	}
	return list, s.addFiles(ctx, tx, list, withFiles)
}

func (s *Store) addFiles(ctx context.Context, tx pgx.Tx, list []rapport.Message, of []uuid.UUID) error {
	if len(of) == 0 {
		return nil
	}
	files, err := s.q.FilesOfMessages(ctx, tx, of)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	for _, f := range files {
		for i := range list {
			if list[i].ID == f.MessageID {
				list[i].Files = append(list[i].Files, rapport.MessageFile{N: int(f.N), Name: f.Name, Type: f.ContentType, Size: f.Size, SHA256: f.Sha256})
			}
		}
	}
	return nil
}

// MessageFile is a file of a message of the scope, with its content.
func (s *Store) MessageFile(ctx context.Context, message uuid.UUID, n int) (rapport.File, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.File, error) {
		f, err := s.q.MessageFile(ctx, tx, gen.MessageFileParams{MessageID: message, N: int32(n), Brands: rapport.BrandsFrom(ctx), Viewer: rapport.ViewerFrom(ctx)})
		return rapport.File{Name: f.Name, Type: f.ContentType, SHA256: f.Sha256, Content: f.Content}, err
	})
}

// AddMessage keeps a message that a person wrote or logged: in the thread it names, in a new one of its subject, or in the partnership's
// own. A mail gets the address it goes to; conflict with the reason no_address when there is none. Words to the creator answer what came
// in before in the thread.
func (s *Store) AddMessage(ctx context.Context, m rapport.Message) (rapport.Message, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Message, error) {
		t, err := s.threadFor(ctx, tx, m)
		if err != nil {
			return m, fmt.Errorf("thread: %w", err)
		}
		if !m.Aside { // whoever takes no part in a private thread does not get in by writing
			open, err := s.q.ThreadOpenTo(ctx, tx, gen.ThreadOpenToParams{ThreadID: t.ID, Viewer: m.AuthorID})
			if err != nil {
				return m, fmt.Errorf("thread: %w", err)
			}
			if !open {
				return m, &rapport.Error{
					Code: rapport.CodeConflict, Reason: "private_thread",
					Message: "This thread is private, and you take no part in it. Nothing was kept. Ask its owner to mention you in a note, or begin a thread of its own.",
				}
			}
		}
		m.ThreadID = t.ID
		if m.Channel == "email" && m.Subject == "" {
			if m.Subject, err = s.q.ThreadSubject(ctx, tx, t.ID); err != nil {
				return m, fmt.Errorf("subject: %w", err)
			}
			m.Subject = rapport.AnswerSubject(m.Subject)
		}
		if err := s.checkMentions(ctx, tx, m, t.BrandID); err != nil {
			return m, err
		}
		row := gen.InsertMessageParams{
			ID: m.ID, ThreadID: &t.ID, PartnershipID: &m.PartnershipID, BrandID: &t.BrandID, CreatorID: &t.CreatorID, Direction: m.Direction, Channel: m.Channel,
			Kind: m.Kind, State: m.State, AuthorID: some(m.AuthorID), Subject: orNil(m.Subject), BodyText: &m.Text, Class: orNil(m.Class), Mentions: idsOf(m.Mentions),
		}
		if m.Channel == "email" {
			to, err := s.q.AddressOf(ctx, tx, gen.AddressOfParams{CreatorID: t.CreatorID, BrandID: &t.BrandID})
			if err != nil {
				return m, fmt.Errorf("address: %w", err)
			}
			if len(to) == 0 {
				return m, &rapport.Error{
					Code: rapport.CodeConflict, Reason: "no_address",
					Message: "There is no address that mail to this creator could go to. Nothing was sent. Add a contact to the creator first.",
				}
			}
			row.ToAddress = &to[0]
		}
		if err := s.q.InsertMessage(ctx, tx, row); err != nil {
			return m, fmt.Errorf("insert message: %w", err)
		}
		if err := s.tellMentioned(ctx, tx, m, t); err != nil {
			return m, err
		}
		if m.Direction == "out" {
			if err := s.answered(ctx, tx, m.ThreadID, m.ID, m.AuthorID); err != nil {
				return m, err
			}
		}
		found, err := s.messages(ctx, tx, gen.ListMessagesParams{Brands: rapport.BrandsFrom(ctx), ID: &m.ID, MaxRows: 1})
		if err != nil {
			return m, err
		}
		if len(found) == 0 {
			return m, pgx.ErrNoRows
		}
		return found[0], nil
	})
}

func (s *Store) threadFor(ctx context.Context, tx pgx.Tx, m rapport.Message) (gen.ThreadOfRow, error) {
	switch {
	case m.NewThread:
		t, err := s.q.NewThread(ctx, tx, gen.NewThreadParams{ID: newID(), PartnershipID: m.PartnershipID, Subject: m.Subject})
		return gen.ThreadOfRow(t), err
	case m.ThreadID != uuid.Nil:
		t, err := s.q.ThreadForMessage(ctx, tx, gen.ThreadForMessageParams{ID: m.ThreadID, PartnershipID: m.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
		return gen.ThreadOfRow(t), err
	}
	return s.q.ThreadOf(ctx, tx, gen.ThreadOfParams{ID: newID(), PartnershipID: m.PartnershipID})
}

func idsOf(people []rapport.UserRef) []uuid.UUID {
	ids := make([]uuid.UUID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}

// checkMentions refuses to mention somebody who does not work for the brand: the note would be shown to nobody, or to a stranger.
func (s *Store) checkMentions(ctx context.Context, tx pgx.Tx, m rapport.Message, brand uuid.UUID) error {
	var bad []rapport.Field
	for i, p := range m.Mentions {
		works, err := s.q.UserWorksFor(ctx, tx, gen.UserWorksForParams{UserID: p.ID, BrandID: brand})
		if err != nil {
			return fmt.Errorf("mention: %w", err)
		}
		if !works {
			bad = append(bad, rapport.Field{Path: fmt.Sprintf("mentions[%d]", i), Code: "no_role", Detail: "This person has no role at the brand."})
		}
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// tellMentioned gives whom a note mentions a task to read it. In a private thread they take part from now on, as its author does.
func (s *Store) tellMentioned(ctx context.Context, tx pgx.Tx, m rapport.Message, t gen.ThreadOfRow) error {
	if m.Aside {
		return nil
	}
	if err := s.q.JoinThread(ctx, tx, gen.JoinThreadParams{ThreadID: t.ID, People: append(idsOf(m.Mentions), m.AuthorID)}); err != nil {
		return fmt.Errorf("join the thread: %w", err)
	}
	for _, p := range m.Mentions {
		key := "mention/" + m.ID.String() + "/" + p.ID.String()
		if err := s.q.MentionTask(ctx, tx, gen.MentionTaskParams{
			ID: newID(), BrandID: t.BrandID, PartnershipID: &m.PartnershipID, CreatorID: &t.CreatorID, DedupeKey: &key, OwnerID: &p.ID, Ref: &m.ID,
		}); err != nil {
			return fmt.Errorf("mention: %w", err)
		}
	}
	return nil
}

// answered marks what came in before in the thread as handled. Where nothing else waits, the partnership hears of it, which stops its
// clock, and the task to answer is done.
func (s *Store) answered(ctx context.Context, tx pgx.Tx, thread, by, person uuid.UUID) error {
	if err := s.q.HandleThread(ctx, tx, gen.HandleThreadParams{ThreadID: &thread, ExceptID: by}); err != nil {
		return fmt.Errorf("mark as handled: %w", err)
	}
	if err := s.q.LockThreadPartnerships(ctx, tx, &thread); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	partnerships, err := s.q.PartnershipsAnswered(ctx, tx, &thread)
	if err != nil {
		return fmt.Errorf("who is answered: %w", err)
	}
	for _, p := range partnerships {
		key := "partnership/" + p.ID.String() + "/reply"
		if err := s.q.CompleteReplyTask(ctx, tx, gen.CompleteReplyTaskParams{DoneBy: some(person), DedupeKey: &key}); err != nil {
			return fmt.Errorf("complete the task: %w", err)
		}
		if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, rapport.Signal{ID: rapport.DeriveID(by, "answers/"+p.ID.String()), Kind: rapport.SignalAnswered, Ref: by}); err != nil {
			return err
		}
	}
	return nil
}

// NoteCommand keeps the reason that a person gave for a command as a note of the house, and the deed in the audit log. With
// handled, what the creator wrote before counts as read.
func (s *Store) NoteCommand(ctx context.Context, partnership uuid.UUID, command rapport.CommandKind, title, reason string, handled bool, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if reason != "" {
			note := rapport.Message{ID: newID(), PartnershipID: partnership, Direction: "internal", Channel: "note", Kind: "reason", State: "logged", AuthorID: by, Subject: title, Text: reason, Aside: true}
			if _, err := s.AddMessage(ctx, note); err != nil {
				return err
			}
		}
		if handled {
			if err := s.q.HandleInbound(ctx, tx, gen.HandleInboundParams{PartnershipID: &partnership}); err != nil {
				return fmt.Errorf("mark as handled: %w", err)
			}
		}
		return s.audit(ctx, tx, by, "partnership."+string(command), partnership, nil)
	})
}

// Timeline lists what happened in partnerships of the scope, newest first: the facts whose kinds the filter lets through, and
// messages if it wants them.
func (s *Store) Timeline(ctx context.Context, f rapport.TimelineFilter, page rapport.Page) ([]rapport.TimelineEntry, []string, error) {
	after, err := afterEntry(page)
	if err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.TimelineEntry, error) {
		partnerships, err := s.timelineOf(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		entries, err := s.facts(ctx, tx, f, partnerships, after, page.Limit+1)
		if err != nil {
			return nil, err
		}
		if f.Messages {
			written, err := s.written(ctx, tx, f, after, page.Limit+1)
			if err != nil {
				return nil, err
			}
			entries = append(entries, written...)
		}
		slices.SortFunc(entries, laterFirst)
		if len(entries) > page.Limit {
			entries = entries[:page.Limit]
			next = entryKey(entries[len(entries)-1])
		}
		return entries, s.nameEntries(ctx, tx, entries)
	})
	return list, next, err
}

// timelineOf are the partnerships whose history is asked for; not_found when the partnership or the creator does not exist.
func (s *Store) timelineOf(ctx context.Context, tx pgx.Tx, f rapport.TimelineFilter) ([]uuid.UUID, error) {
	if f.PartnershipID != nil {
		_, err := s.q.PartnershipSeq(ctx, tx, gen.PartnershipSeqParams{ID: *f.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
		return []uuid.UUID{*f.PartnershipID}, err
	}
	there, err := s.q.CreatorExists(ctx, tx, *f.CreatorID)
	if err != nil {
		return nil, fmt.Errorf("creator: %w", err)
	}
	if !there {
		return nil, pgx.ErrNoRows
	}
	ids, err := s.q.PartnershipsOfCreator(ctx, tx, gen.PartnershipsOfCreatorParams{CreatorID: *f.CreatorID, Brands: rapport.BrandsFrom(ctx)})
	return noNil(ids), err
}

func (s *Store) facts(ctx context.Context, tx pgx.Tx, f rapport.TimelineFilter, partnerships []uuid.UUID, after entryAfter, limit int) ([]rapport.TimelineEntry, error) {
	rows, err := s.q.TimelineEvents(ctx, tx, gen.TimelineEventsParams{
		Brands: rapport.BrandsFrom(ctx), Partnerships: partnerships, IncludeOnly: f.Only != nil, Include: noNil(f.Only), Exclude: noNil(f.Without),
		AfterAt: after.at, AfterSource: after.source, AfterSeq: after.seq, MaxRows: int32(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	list := make([]rapport.TimelineEntry, len(rows))
	for i, r := range rows {
		list[i] = entryOf(r)
	}
	return list, nil
}

func entryOf(r gen.TimelineEventsRow) rapport.TimelineEntry {
	fact := rapport.Fact{Seq: r.Seq, At: r.At, Kind: r.Kind, Code: r.Code, N: int(r.N)}
	for _, id := range []struct{ to, from *uuid.UUID }{{&fact.Ref, r.Ref}, {&fact.Ref2, r.Ref2}, {&fact.Actor, r.Actor}} {
		if id.from != nil {
			*id.to = *id.from
		}
	}
	if r.Amount != nil && r.Currency != nil {
		fact.Amount = rapport.Money{Amount: *r.Amount, Currency: *r.Currency}
	}
	if r.Until != nil {
		fact.Until = *r.Until
	}
	return rapport.TimelineEntry{
		ID: r.SourceID.String() + "/" + strconv.FormatInt(r.Seq, 10), At: r.At, PartnershipID: r.PartnershipID, Source: r.Source, SourceID: r.SourceID, Fact: fact,
	}
}

func (s *Store) written(ctx context.Context, tx pgx.Tx, f rapport.TimelineFilter, after entryAfter, limit int) ([]rapport.TimelineEntry, error) {
	found, err := s.messages(ctx, tx, gen.ListMessagesParams{
		Brands: rapport.BrandsFrom(ctx), PartnershipID: f.PartnershipID, CreatorID: f.CreatorID, Channel: f.Channel,
		AfterAt: after.at, AfterID: after.message, MaxRows: int32(limit),
	})
	list := make([]rapport.TimelineEntry, len(found))
	for i := range found {
		m := &found[i]
		list[i] = rapport.TimelineEntry{ID: m.ID.String(), At: m.At, PartnershipID: m.PartnershipID, SourceID: m.ID, Message: m}
	}
	return list, err
}

// nameEntries adds who did it and what it is about.
func (s *Store) nameEntries(ctx context.Context, tx pgx.Tx, list []rapport.TimelineEntry) error {
	var people, subjects []uuid.UUID
	for _, e := range list {
		if e.Fact.Actor != uuid.Nil {
			people = append(people, e.Fact.Actor)
		}
		if e.Fact.Ref != uuid.Nil {
			subjects = append(subjects, e.Fact.Ref)
		}
	}
	names, err := s.UserNames(ctx, people)
	if err != nil {
		return err
	}
	about := map[uuid.UUID]string{}
	if len(subjects) > 0 {
		rows, err := s.q.TimelineSubjects(ctx, tx, subjects)
		if err != nil {
			return fmt.Errorf("subjects: %w", err)
		}
		for _, r := range rows {
			about[r.ID] = r.Title
		}
	}
	for i := range list {
		list[i].Actor, list[i].About = names[list[i].Fact.Actor], about[list[i].Fact.Ref]
	}
	return nil
}

// laterFirst is the order of a timeline: by time, at the same time messages before facts, and the facts of one machine by
// their numbers.
func laterFirst(a, b rapport.TimelineEntry) int {
	if c := b.At.Compare(a.At); c != 0 {
		return c
	}
	if (a.Message == nil) != (b.Message == nil) {
		if a.Message != nil {
			return -1
		}
		return 1
	}
	if c := slices.Compare(b.SourceID[:], a.SourceID[:]); c != 0 {
		return c
	}
	return cmp.Compare(b.Fact.Seq, a.Fact.Seq)
}

// entryAfter is where a page of a timeline goes on, for facts and for messages.
type entryAfter struct {
	at              *time.Time
	source, message *uuid.UUID
	seq             *int64
}

// entryKey writes the key that afterEntry reads. A message has no seq.
func entryKey(e rapport.TimelineEntry) []string {
	seq := ""
	if e.Message == nil {
		seq = strconv.FormatInt(e.Fact.Seq, 10)
	}
	return append(timeKey(e.At, e.SourceID), seq)
}

func afterEntry(page rapport.Page) (entryAfter, error) {
	if page.After == nil {
		return entryAfter{}, nil
	}
	if len(page.After) != 3 {
		return entryAfter{}, errCursor()
	}
	at, id, err := afterTime(rapport.Page{After: page.After[:2]})
	if err != nil {
		return entryAfter{}, err
	}
	if page.After[2] == "" { // after a message come all facts of the same time
		last, seq := uuid.Max, int64(math.MaxInt64)
		return entryAfter{at: at, source: &last, seq: &seq, message: id}, nil
	}
	seq, err := strconv.ParseInt(page.After[2], 10, 64)
	if err != nil {
		return entryAfter{}, errCursor()
	}
	first := uuid.Nil // after a fact comes no message of the same time
	return entryAfter{at: at, source: id, seq: &seq, message: &first}, nil
}
