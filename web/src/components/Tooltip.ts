// A module of its own, so that loading it late loads nothing else of the library.
export { Tooltip as default } from "@mantine/core";
