/** The style sheet of the tenant's pages. Their Content-Security-Policy contains its hash. */
export const STYLE = `
  :root {
    color-scheme: light dark;
    --paper: #f6f5f1; --card: #fff; --ink: #1b1d22; --quiet: #5a5d66;
    --line: #deddd5; --edge: #8a8c93;
    --accent: #1f4fd8; --on-accent: #fff; --bad: #a8231d; --bad-soft: #fbe8e5;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --paper: #131418; --card: #1c1e24; --ink: #eceae4; --quiet: #a5a8b1;
      --line: #32353d; --edge: #7c8089;
      --accent: #9db5ff; --on-accent: #101a3d; --bad: #ff9d94; --bad-soft: #341a19;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; padding: 6vh 16px 48px; background: var(--paper); color: var(--ink);
    font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
    overflow-wrap: anywhere;
  }
  main { display: grid; gap: 24px; max-width: 440px; margin: 0 auto; }
  .card {
    padding: 28px; border: 1px solid var(--line); border-radius: 12px; background: var(--card);
  }
  h1, h2, p, dl, dd, ul { margin: 0; }
  h1 { font-size: 26px; line-height: 1.2; letter-spacing: -0.02em; }
  h2 { font-size: 17px; }
  a { color: var(--accent); text-underline-offset: 3px; }
  code { font: 13px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
  .quiet { color: var(--quiet); }
  .card > * + * { margin-top: 12px; }
  label { display: block; margin: 16px 0 4px; font-weight: 600; }
  input {
    width: 100%; min-height: 44px; padding: 8px 12px; border: 1px solid var(--edge);
    border-radius: 8px; background: var(--card); color: var(--ink); font: inherit;
  }
  input[aria-invalid] { border-color: var(--bad); }
  button {
    width: 100%; min-height: 44px; margin-top: 24px; border: 0; border-radius: 8px;
    background: var(--accent); color: var(--on-accent); font: 600 15px/1 system-ui, sans-serif;
    cursor: pointer;
  }
  button.small {
    width: auto; min-height: 36px; margin-top: 10px; padding: 0 14px; border: 1px solid var(--edge);
    background: var(--card); color: var(--ink);
  }
  button.second {
    margin-top: 12px; border: 1px solid var(--edge); background: var(--card); color: var(--ink);
  }
  .card dd { margin-bottom: 12px; }
  .card dd ul { padding-left: 20px; }
  .demo {
    padding: 10px 12px; border-left: 4px solid var(--accent); border-radius: 4px 8px 8px 4px;
    background: var(--paper);
  }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  [role='alert'] {
    padding: 10px 12px; border-left: 4px solid var(--bad); border-radius: 4px 8px 8px 4px;
    background: var(--bad-soft); color: var(--bad); font-weight: 600;
  }
  .people { padding: 0 4px; }
  .people dl { margin-top: 12px; border-top: 1px solid var(--line); }
  .people dl > div {
    display: grid; grid-template-columns: 76px 1fr; gap: 12px; padding: 12px 0;
    border-bottom: 1px solid var(--line);
  }
  dt { font-weight: 600; }
  .people ul {
    display: flex; flex-wrap: wrap; gap: 4px 6px; margin-top: 6px; padding: 0; list-style: none;
  }
  .people li {
    padding: 0 8px; border: 1px solid var(--line); border-radius: 99px; color: var(--quiet);
  }
`;
