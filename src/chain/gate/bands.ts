import { denying } from './globs.ts';

/** Why a path is special, in a word or two, and the globs that say so. Matched in any folder, case and spelling. */
export type Rule = { readonly why: string; readonly match: (path: string) => boolean };

/** What starts by itself on another machine, decides how git reads the tree, or says how this gate judges. */
export const blocked: readonly Rule[] = [
  rule('a workflow', [
    '.github/{workflows,actions}',
    '.{forgejo,gitea,gitlab,circleci,buildkite,woodpecker,semaphore,teamcity,tekton,harness,builds,azure-pipelines,azuredevops}',
    '.gitlab-ci*',
    '.{woodpecker,drone,travis,appveyor,cirrus,build,onedev-buildspec}.{yml,yaml,star,jsonnet}',
    '{appveyor,bitbucket-pipelines,cloudbuild*,azure-pipelines*,buildspec*}.{yml,yaml,json}',
    '{circle,codefresh,codemagic,bitrise,screwdriver,wercker}.{yml,yaml}',
    'jenkinsfile*',
  ]),
  rule('the policy', ['.signalbox']),
  rule('a git hook', [
    '.{githooks,git-hooks,husky,lefthook,lefthook-local}',
    '{.,}lefthook{,-local}.{yml,yaml,toml,json}',
    '.pre-commit-{config,hooks}.{yml,yaml}',
    '.{huskyrc,overcommit,simple-git-hooks}*',
  ]),
  rule('a setting of git', ['.{git,gitattributes,gitmodules,gitconfig,lfsconfig}']),
];

/** What steers agents and tools that run outside the container: an admin looks at those hunks. */
export const sensitive: readonly Rule[] = [
  rule('agent instructions', [
    '{agent,agents,claude,gemini,qwen,crush,warp,jules,replit,conventions,memory}{,.*}.md',
    'skill.md',
    '{*.,}{instructions,prompt,chatmode,agent}.md',
    'system-prompt.md',
    '*.mdc',
    '.{claude,codex,gemini,agents,cursor,continue,junie,kiro,opencode,windsurf,clinerules,aider,goose}*',
    '.{qwen,crush,warp,jules,amazonq,augment,trae,qodo,kilocode,factory,rules,ruler,mcp}*',
    'memory-bank',
    '.roo{,ignore,modes,rules*}',
    '.github/copilot-*',
    '.github/{instructions,prompts,agents,chatmodes,skills}',
    '{.,}mcp.json',
    '{opencode,crush}.json*',
  ]),
  rule('code owners', ['codeowners']),
  rule('registry settings', [
    '.{npmrc,pypirc,bundle,cargo}',
    '.yarnrc*',
    '.yarn',
    '{.,}pnpmfile.*',
    'pnpm-workspace.yaml',
    'bunfig.toml',
    'pip.conf',
    'nuget.config',
  ]),
  rule('editor tasks', [
    '.{vscode,devcontainer,devcontainer.json,envrc,zed,idea,fleet,run,vs,theia,replit,gitpod*,mise*}',
    '*.code-workspace',
    '.{exrc,vimrc,nvimrc,nvim.lua,dir-locals.el,gdbinit,lldbinit}',
    '{mise.toml,devbox.json,flake.nix,shell.nix}',
  ]),
  rule('a deployment', [
    '{netlify,fly,wrangler}.toml',
    '{vercel,firebase,wrangler}.json*',
    '.readthedocs*.{yml,yaml}',
    'render.yaml',
  ]),
  rule('a build script', [
    '{gnu,}makefile{,.*}',
    '*.mk',
    '{justfile,.justfile,rakefile,gemfile,podfile,fastfile,procfile}',
    'taskfile*.{yml,yaml}',
    '{pyproject,cargo,pixi}.toml',
    '{setup,noxfile,conanfile}.py',
    '{setup,tox}.cfg',
    'pipfile',
    'build.rs',
    'build.zig{,.zon}',
    '*.gradle{,.kts}',
    'gradle{,w,w.bat}',
    '{pom.xml,build.xml,build.sbt,mix.exs,composer.json,deno.json,deno.jsonc,meson.build,configure,configure.ac}',
    '{mvnw,mvnw.cmd,.mvn}',
    'cmakelists.txt',
    '*.{csproj,fsproj,vbproj,sln,gemspec,podspec,bazel,bzl,cmake}',
    'directory.build.*',
    'package.{json5,yaml,swift}',
  ]),
  rule('a list of dependencies', [
    '*{requirements,constraints}*.{txt,in}',
    '{requirements,constraints}/*.{txt,in}',
    'go.{mod,work}',
    'environment.{yml,yaml}',
  ]),
];

/** Manifests that are judged by their hunks: most changes of them run nothing. */
export const isPackageJson = rule('package scripts', ['package.json']).match;

export const isLockfile = rule('a lockfile', [
  '{package-lock,npm-shrinkwrap}.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock{,b}',
  'deno.lock',
  '{cargo,poetry,uv,pdm,pixi,pipfile,gemfile,podfile,composer,mix,flake,pubspec,paket}.lock',
  'package.resolved',
  'gradle.lockfile',
]).match;

export const isTest = rule('a test', [
  '{test,tests,__tests__,spec,specs,e2e,testdata,__snapshots__}/**',
  '{test,tests,spec}.*',
  '*.{test,spec,cy}.*',
  '*{_,-}{test,spec}.*',
  'test{_,-}*.{py,rb,js,ts,sh,r}',
  '*.{bats,snap,feature}',
  '*{test,tests,spec}.{java,kt,scala,groovy,cs,swift,php}',
]).match;

export const isTestConfig = rule('test configuration', [
  '{vite,vitest,jest,karma,playwright,cypress,ava,wdio,nightwatch,web-test-runner}.*.{js,ts,mjs,cjs,mts,cts,json}',
  'cypress.json',
  '{,.}{nextest,tarpaulin}.toml',
  '.{mocharc,nycrc,c8rc,coveragerc,rspec,taprc,simplecov}*',
  '{pytest,tox}.ini',
  'conftest.py',
  '{test,tests,__tests__,spec}/{setup,helper,helpers,global*}.*',
  '{setuptests,setup-tests,spec_helper,rails_helper,test_helper}.*',
  'phpunit.xml*',
  '{.,}codecov.{yml,yaml}',
]).match;

/** What has no lines to read and runs nothing where it is shown. */
export const isPicture = rule('a picture', ['*.{png,jpg,jpeg,gif,webp}']).match;

function rule(why: string, names: readonly string[]): Rule {
  const globs = denying(names.map((name) => `**/${name}`));
  if (!globs.ok) throw new Error(`the built-in glob ${globs.glob} cannot be read`);
  return { why, match: globs.match };
}
