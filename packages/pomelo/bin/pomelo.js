#!/usr/bin/env node
// Imports nothing before the version is known: an old Node must get as far as to say so.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`pomelo: needs Node 22.18 or later, this is Node ${process.versions.node}\n`)
  process.exit(1)
}

const { main } = await import('@shaddock/pomelo/cli')
await main(process.argv.slice(2))
