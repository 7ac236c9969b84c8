import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import ts from "typescript-eslint";

export default defineConfig(
  { ignores: ["dist", "src/routeTree.gen.ts", "src/api/schema.d.ts", "public", "test-results", "playwright-report"] },
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  hooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.mjs", ".size-limit.js"] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `void promise` says that nobody waits for it, which handlers of React do all the time.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true, ignoreVoidOperator: true }],
      // Numbers are written as they are; only objects by accident are an error.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The router's way of redirecting.
      "@typescript-eslint/only-throw-error": "off",
      // An empty word means absent where people type.
      "@typescript-eslint/prefer-nullish-coalescing": ["error", { ignorePrimitives: { string: true, boolean: true } }],
    },
  },
  { files: ["eslint.config.mjs", ".size-limit.js"], extends: [ts.configs.disableTypeChecked] },
);
