// Where the time of the servers goes. `--help`
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { readProfile } from './cpu-profile.ts'
import type { Span, TimeByPart } from './cpu-profile.ts'
import { generateWhole } from './generate.ts'
import { Neighbours } from './neighbours.ts'
import { choose } from './options.ts'
import { describeProfiles } from './profile-table.ts'
import { descendantsOf } from './processes.ts'
import { Refusal } from './refusal.ts'
import { readNumber, runScript } from './script.ts'
import { startSystem } from './system.ts'
import type { Launch } from './system.ts'
import { listSystems } from './systems.ts'
import { phaseNames, works } from './works.ts'

await runScript({
  usage: `npm run profile --workspace bench -- [options]

Runs a work of the table on a system under Node's profiler, and prints the time of its processes by part: what a
function takes itself counts for the file that it is in. The profiler takes time too: compare shares.

  --system <name>   floor, local, single, nats, pomelo, pinus, socket.io (local)
  --work <name>     request, hop, light, busy, flood, large (light)
  --secs <n>        how long (8)
  --keep <folder>   where to keep the profiles, for the developer tools of Chromium (none)`,
  options: { system: 'local', work: 'light', secs: '8', keep: '' },
  run: async (options) => {
    const [choice, work] = [choose(listSystems(), [options.system])[0]!, choose(works, [options.work])[0]!]
    const measured = readNumber('secs', options.secs)
    if (choice.absence !== undefined) throw new Refusal(`${choice.name} is ${choice.absence}`)
    const folder = options.keep || mkdtempSync(join(tmpdir(), 'shaddock-profile-'))
    const neighbours = new Neighbours()
    try {
      const { units, span, roles } = await run(profiled(await choice.launch(), folder))
      console.log(`${work.name} on ${choice.name}: ${work.says}`)
      const files = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))
      const byRole = new Map<string, TimeByPart[]>()
      for (const file of files) {
        const role = roles.get(pidOf(file))
        if (role !== undefined)
          byRole.set(role, [...(byRole.get(role) ?? []), read(join(folder, file), span)])
      }
      console.log(describeProfiles(byRole, { unit: work.unit, units, span }))
      console.log(neighbours.describe())
    } finally {
      if (options.keep === '') rmSync(folder, { recursive: true })
    }
    return []

    async function run(launch: Launch) {
      await using system = await startSystem(choice.name, launch)
      const scenario = work.scenario(system, { warm: 3, measured })
      const marks: number[] = []
      const mark = () => marks.push(Number(process.hrtime.bigint() / 1_000n))
      const { phases } = await generateWhole({ scenario, dialect: system.dialect }, { onPhase: mark })
      const { answered, deliveries, seconds } = phases.find(({ name }) => name === phaseNames.most)!
      const fromUs = marks[phases.findIndex(({ name }) => name === phaseNames.most)]!
      const roles = new Map(descendantsOf(system.pid).map((pid) => [pid, roleOf(pid)]))
      const units = work.unit === 'answer' ? answered : deliveries
      return { units, roles, span: { fromUs, toUs: fromUs + seconds * 1e6 } }
    }
  },
})

/** Returns the launch of the same system with a profiler in each process, which writes when the process ends. */
function profiled(launch: Launch, folder: string): Launch {
  const options = `--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=${folder}`
  return { ...launch, kept: { ...launch.kept, env: { ...launch.kept.env, NODE_OPTIONS: options } } }
}

function read(file: string, span: Span): TimeByPart {
  return readProfile(readFileSync(file, 'utf8'), span)
}

/** `CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile` */
function pidOf(file: string): number {
  return Number(file.split('.')[3])
}

/** Returns what a process is, without what tells it from others like it: `connector`, `chat`, `master`. */
function roleOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  // without Node's own options
  const [, script = '', ...args] = words.filter((word) => !word.startsWith('-'))
  if (!script.includes('shaddock')) return basename(script, '.ts')
  return args[0] === 'server' ? (args[1] ?? '').replace(/-\d+$/, '') : 'master'
}
