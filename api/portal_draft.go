package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// SubmitDraft takes the next version of a deliverable: a caption, a note and a file.
func (s *Server) SubmitDraft(ctx context.Context, r gen.SubmitDraftRequestObject) (gen.SubmitDraftResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	draft, file, err := readDraft(r.Body)
	if err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if !canSubmit(page, deliverable) && !sent {
		return nil, stateRefusal(deliverable, "takes no draft now")
	}
	deed, _ := deedID(ctx)
	draft.ID, draft.DeliverableID, draft.PartnershipID, draft.BrandID = rapport.DeriveID(deed, "submission"), deliverable.ID, who.PartnershipID, who.BrandID
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdSubmit, Ref: draft.DeliverableID, Ref2: draft.ID},
		func(ctx context.Context) error { return store.AddSubmission(ctx, draft, file) })
	if rapport.ErrorCode(err) == rapport.CodeConflict {
		if refused := store.RefuseSubmission(context.WithoutCancel(ctx), draft.ID); refused != nil {
			return nil, errors.Join(err, refused)
		}
	}
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.SubmitDraft202JSONResponse{Body: body, Headers: gen.SubmitDraft202ResponseHeaders{Location: location}}, nil
	}
	return gen.SubmitDraft200JSONResponse(home), nil
}

func deliverableOf(page rapport.PortalPage, id uuid.UUID) (rapport.PortalDeliverable, error) {
	for _, d := range page.Deliverables {
		if d.ID == id {
			return d, nil
		}
	}
	return rapport.PortalDeliverable{}, notFound("deliverable")
}

func stateRefusal(d rapport.PortalDeliverable, words string) error {
	return &rapport.Error{
		Code: rapport.CodeConflict, Reason: "deliverable_state", State: d.State,
		Message: fmt.Sprintf("“%s” %s: it is %s.", d.Title, words, strings.ReplaceAll(d.State, "_", " ")),
	}
}

// readDraft reads the form of a draft, part by part.
func readDraft(form *multipart.Reader) (rapport.Submission, rapport.File, error) {
	var draft rapport.Submission
	var file rapport.File
	var bad []rapport.Field
	seen := map[string]bool{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return draft, file, formError(err)
		}
		name := part.FormName()
		if seen[name] {
			bad = append(bad, rapport.Field{Path: name, Code: "twice", Detail: "This field came twice."})
			continue
		}
		seen[name] = true
		switch name {
		case "caption":
			draft.Caption, err = readWords(part)
		case "note":
			draft.Note, err = readWords(part)
		case "spoken":
			draft.Spoken, err = readYes(part, "spoken", &bad)
		case "written":
			draft.Written, err = readYes(part, "written", &bad)
		case "file":
			file, err = readFile(part)
		default:
			bad = append(bad, rapport.Field{Path: cut(name, 50), Code: "unknown_field", Detail: "There is no such field here."})
		}
		if err != nil {
			return draft, file, formError(err)
		}
	}
	if draft.Caption == "" {
		bad = append(bad, rapport.Field{Path: "caption", Code: "required", Detail: "Write the caption as it will stand under the post."})
	}
	for field, words := range map[string]string{"caption": draft.Caption, "note": draft.Note} {
		switch {
		case utf8.RuneCountInString(words) > maxCaption:
			bad = append(bad, rapport.Field{Path: field, Code: "too_long", Detail: fmt.Sprintf("At most %d characters.", maxCaption)})
		case !utf8.ValidString(words) || strings.ContainsRune(words, 0):
			bad = append(bad, rapport.Field{Path: field, Code: "bad_characters", Detail: "This holds characters that no text has."})
		}
	}
	if len(bad) > 0 {
		return draft, file, rapport.Invalid(rapport.SortFields(bad)...)
	}
	return draft, file, nil
}

// formError keeps our own errors and the limit's, and calls everything else a form that cannot be read.
func formError(err error) error {
	if rapport.ErrorCode(err) != "" {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return &rapport.Error{Code: rapport.CodeMalformed, Message: "The form cannot be read.", Err: err}
}

func readWords(part io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(part, 4*maxCaption+1)) // a character has at most four bytes
	return strings.TrimSpace(string(text)), err
}

func readYes(part io.Reader, field string, bad *[]rapport.Field) (*bool, error) {
	text, err := io.ReadAll(io.LimitReader(part, 10))
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller judges it
	}
	yes, err := strconv.ParseBool(string(text))
	if err != nil {
		*bad = append(*bad, rapport.Field{Path: field, Code: "bad_value", Detail: "This is true or false."})
	}
	return &yes, nil
}

// readFile reads a draft's file. What it is, its bytes say: the name and the browser's word are not believed.
func readFile(part *multipart.Part) (rapport.File, error) {
	content, err := io.ReadAll(io.LimitReader(part, maxDraft+1))
	if err != nil {
		return rapport.File{}, err //nolint:wrapcheck // the caller judges it
	}
	name := fileName(part.FileName())
	if len(content) == 0 && name == "" {
		return rapport.File{}, nil // a form sends an empty part for a file that was not chosen
	}
	about := func(code rapport.Code, message, reason string) error {
		return &rapport.Error{Code: code, Message: message, Fields: []rapport.Field{{Path: "file", Code: reason, Detail: message}}}
	}
	switch {
	case len(content) == 0:
		return rapport.File{}, about(rapport.CodeInvalid, "The file is empty.", "empty")
	case len(content) > maxDraft:
		return rapport.File{}, about(rapport.CodeTooLarge, fmt.Sprintf("The file is larger than %d MB. Nothing was saved.", maxDraft>>20), "too_large")
	}
	media := mediaType(content)
	if !strings.HasPrefix(media, "image/") && !strings.HasPrefix(media, "video/") && media != "application/pdf" {
		return rapport.File{}, about(rapport.CodeUnsupported, "A draft is a picture, a video or a PDF.", "bad_type")
	}
	sum := sha256.Sum256(content)
	return rapport.File{Name: name, Type: media, SHA256: sum[:], Content: content}, nil
}

// mediaType detects what the bytes are. Phones write containers that the standard table does not know.
func mediaType(content []byte) string {
	if media, _, _ := strings.Cut(http.DetectContentType(content), ";"); media != "application/octet-stream" {
		return media
	}
	if len(content) < 12 || !bytes.Equal(content[4:8], []byte("ftyp")) {
		return "application/octet-stream"
	}
	switch string(content[8:12]) {
	case "qt  ":
		return "video/quicktime"
	case "heic", "heix", "mif1", "msf1":
		return "image/heic"
	case "avif", "avis":
		return "image/avif"
	case "isom", "iso2", "iso4", "iso5", "iso6", "avc1", "dash", "M4V ", "3gp4", "3gp5":
		return "video/mp4"
	}
	return "application/octet-stream"
}

// fileName is the last part of a name, without what could break a header or a page.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	return cut(strings.TrimSpace(name), 200)
}

// ReportPost takes the address of a published post.
func (s *Server) ReportPost(ctx context.Context, r gen.ReportPostRequestObject) (gen.ReportPostResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	address := strings.TrimSpace(r.Body.Url)
	if err := s.checkPostURL(address); err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if !mayPost(page, deliverable) && !sent {
		return nil, stateRefusal(deliverable, "takes no address now")
	}
	if open, err := store.OpenCorrections(ctx, deliverable.ID); err != nil {
		return nil, err
	} else if open > 0 && !sent {
		return nil, &rapport.Error{
			Code: rapport.CodeConflict, Reason: "corrections_open", State: deliverable.State, Message: "Make the small corrections first, and tick them off. Then tell us the address.",
		}
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable.ID},
		func(ctx context.Context) error {
			return store.SetPostURL(ctx, who.PartnershipID, deliverable.ID, address)
		})
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.ReportPost202JSONResponse{Body: body, Headers: gen.ReportPost202ResponseHeaders{Location: location}}, nil
	}
	return gen.ReportPost200JSONResponse(home), nil
}

// checkPostURL refuses what is never fetched. Names are resolved and checked again whenever the post is looked at.
func (s *Server) checkPostURL(address string) error {
	bad := func(reason, detail string) error {
		return rapport.Invalid(rapport.Field{Path: "url", Code: reason, Detail: detail})
	}
	u, err := url.Parse(address)
	if err != nil || len(address) > maxPostURL || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return bad("bad_url", "Paste the whole address of the post. It begins with https://.")
	}
	check := s.cfg.Outside.CheckURL
	if check == nil {
		check = publicURL
	}
	if err := check(address); err != nil {
		return bad("private_address", "This address is not on the public internet. Paste the address that everybody can open.")
	}
	return nil
}

// publicURL takes https on a public name or address.
func publicURL(address string) error {
	refused := errors.New("not a public address")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || (u.Port() != "" && u.Port() != "443") {
		return refused
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip = ip.Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return refused
		}
		return nil
	}
	for _, inside := range []string{"localhost", "local", "internal", "localdomain", "home.arpa"} {
		if host == inside || strings.HasSuffix(host, "."+inside) {
			return refused
		}
	}
	if !strings.Contains(host, ".") {
		return refused
	}
	return nil
}

// TickCorrection marks a small correction as made, or takes that back.
func (s *Server) TickCorrection(ctx context.Context, r gen.TickCorrectionRequestObject) (gen.TickCorrectionResponseObject, error) {
	store, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	if err := store.TickCorrection(ctx, who.PartnershipID, r.Id, r.Body.Done); err != nil {
		return nil, called("correction", err)
	}
	page, err := store.PortalPage(ctx, who.PartnershipID, who.ContactID)
	if err != nil {
		return nil, err
	}
	return gen.TickCorrection200JSONResponse(s.home(ctx, page)), nil
}

// DecideRound takes the creator's word on another revision round than the contract includes.
func (s *Server) DecideRound(ctx context.Context, r gen.DecideRoundRequestObject) (gen.DecideRoundResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	kind := rapport.CmdAgreeRound
	if r.Body.Decision == gen.RoundDecisionDecisionDecline {
		kind = rapport.CmdDeclineRound
	}
	deed, _ := deedID(ctx)
	words := strings.TrimSpace(value(r.Body.Message))
	cmd := rapport.Command{Kind: kind, Ref: deliverable.ID}
	if r.Body.Fee != nil {
		cmd.Amount = fromMoney(*r.Body.Fee)
	}
	home, shown, err := s.portalCommand(ctx, store, who, cmd, func(ctx context.Context) error {
		if words == "" {
			return nil
		}
		return store.AddPortalMessage(ctx, rapport.DeriveID(deed, "message"), who, words)
	})
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.DecideRound202JSONResponse{Body: body, Headers: gen.DecideRound202ResponseHeaders{Location: location}}, nil
	}
	return gen.DecideRound200JSONResponse(home), nil
}

// AddPortalComment keeps the creator's word on the current version, or on a remark that they may read.
func (s *Server) AddPortalComment(ctx context.Context, r gen.AddPortalCommentRequestObject) (gen.AddPortalCommentResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	comments, err := storeAs[CommentStore](s)
	if err != nil {
		return nil, err
	}
	deliverable, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	if deliverable.SubmissionID == nil {
		return nil, stateRefusal(deliverable, "has no version yet")
	}
	c := rapport.Comment{ID: uuid.Must(uuid.NewV7()), SubmissionID: *deliverable.SubmissionID, ContactID: &who.ContactID, Text: strings.TrimSpace(r.Body.Text), ReplyTo: r.Body.ReplyTo}
	var bad []rapport.Field
	if c.Text == "" {
		bad = append(bad, rapport.Field{Path: "text", Code: "required", Detail: "Write what you want to say."})
	}
	if err := s.checkReply(ctx, comments, &c, rapport.AudienceCreator, &bad); err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := comments.AddComment(ctx, c); err != nil {
		return nil, err
	}
	if page, err = store.PortalPage(ctx, who.PartnershipID, who.ContactID); err != nil {
		return nil, err
	}
	return gen.AddPortalComment200JSONResponse(s.home(ctx, page)), nil
}
