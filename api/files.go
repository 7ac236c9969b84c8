package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// FileStore knows what files a partnership has.
type FileStore interface {
	PartnershipFiles(ctx context.Context, partnership, viewer uuid.UUID, kinds []string, page rapport.Page) ([]rapport.PartnershipFile, []string, error)
}

// fileRoute is where a kind of file is fetched, and the operation there that says who may.
type fileRoute struct{ kind, operation, path string }

func fileRoutes() []fileRoute {
	return []fileRoute{
		{"contract", "getContractPaper", "/v1/contracts/{id}/paper"},
		{"sealed_contract", "getContractPaper", "/v1/contracts/{id}/paper?sealed=true"},
		{"submission", "getSubmissionFile", "/v1/submissions/{id}/file"},
		{"attachment", "getMessageFile", "/v1/messages/{id}/files/{n}"},
		{"proof", "getOfflineProof", "/v1/payouts/{id}/offline-payment/proof"},
		{"remittance", "getRemittance", "/v1/payouts/{id}/remittance"},
	}
}

// ListPartnershipFiles lists the files of a partnership, of the kinds that the caller may fetch at its brand.
func (s *Server) ListPartnershipFiles(ctx context.Context, r gen.ListPartnershipFilesRequestObject) (gen.ListPartnershipFilesResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[FileStore](s)
	if err != nil {
		return nil, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	p, err := partnerships.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	me, table := principalFrom(ctx), accessTable()
	kinds, paths := []string{}, map[string]string{}
	for _, f := range fileRoutes() {
		if me.Has(p.BrandID, table[f.operation].roles...) {
			kinds = append(kinds, f.kind)
		}
		paths[f.kind] = f.path
	}
	files, next, err := store.PartnershipFiles(ctx, r.Id, me.UserID, kinds, page)
	if err != nil {
		return nil, called("partnership", err)
	}
	return gen.ListPartnershipFiles200JSONResponse{NextCursor: cursorOf(next), Items: each(files, func(f rapport.PartnershipFile) gen.PartnershipFile {
		return gen.PartnershipFile{
			Key: f.Key, Kind: gen.PartnershipFileKind(f.Kind), Name: f.Name, About: orNil(f.About), Size: f.Size, At: f.At, By: orNil(f.By),
			Path: strings.NewReplacer("{id}", f.ID.String(), "{n}", strconv.Itoa(f.N)).Replace(paths[f.Kind]),
		}
	})}, nil
}
