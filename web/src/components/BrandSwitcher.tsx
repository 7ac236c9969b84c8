import { NativeSelect } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { useSession } from "../lib/session";

/** Which brand the pages speak of; all of them for those who work for several. Kept in the URL on every page. */
export function BrandSwitcher({ brandId }: { brandId: string | undefined }) {
  const navigate = useNavigate();
  const brands = useSession()?.brands ?? [];
  if (brands.length < 2) return <strong>{brands[0]?.brand_name}</strong>;
  return (
    <NativeSelect
      aria-label="Show pages of"
      value={brandId ?? ""}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ to: ".", search: (search) => ({ ...search, brand: value || undefined, cursor: undefined }) })}
      data={[{ value: "", label: "All brands" }, ...brands.map(({ brand_id, brand_name }) => ({ value: brand_id, label: brand_name ?? brand_id }))]}
      miw={150}
    />
  );
}
