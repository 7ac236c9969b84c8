import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconCheck, IconSelector } from "@tabler/icons-react";

import { useSession } from "../lib/session";

/** Which brand the pages speak of; "All brands" for those who work for several. Kept in the URL on every page. */
export function BrandSwitcher({ brandId }: { brandId: string | undefined }) {
  const navigate = useNavigate();
  const brands = useSession()?.brands ?? [];
  const current = brands.find(({ brand_id }) => brand_id === brandId);

  if (brands.length < 2) return <strong>{brands[0]?.brand_name}</strong>;

  const choose = (brand: string | undefined) =>
    navigate({ to: ".", search: (search) => ({ ...search, brand, cursor: undefined }) });

  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="subtle" color="gray" c="inherit" px="xs" rightSection={<IconSelector size={15} aria-hidden />}>
          {current?.brand_name ?? "All brands"}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Show pages of</Menu.Label>
        <Menu.Item onClick={() => void choose(undefined)} rightSection={!current && <IconCheck size={15} aria-label="chosen" />}>
          All brands
        </Menu.Item>
        {brands.map(({ brand_id, brand_name }) => (
          <Menu.Item key={brand_id} onClick={() => void choose(brand_id)} rightSection={brand_id === brandId && <IconCheck size={15} aria-label="chosen" />}>
            {brand_name ?? brand_id}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
