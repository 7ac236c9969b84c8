import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The API that `npm run dev` forwards to; the built dashboard is served by the API itself.
const api = process.env.RAPPORT_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    tanstackRouter({ target: "react", autoCodeSplitting: true, quoteStyle: "double" }),
    react(),
  ],
  server: { proxy: { "/v1": api } },
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, manifest: true },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    testTimeout: 20_000, // on a machine that does other things as well
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
});
