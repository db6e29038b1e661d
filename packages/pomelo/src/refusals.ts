import type { App } from './app.ts'
import { hybridconnector, mqttconnector, sioconnector, udpconnector } from './connectors.ts'
import { getLogger } from './log.ts'

const logger = getLogger('pomelo')

/** Something of Pomelo's that is not there, whether an application asks for it, and what to use instead. */
interface Refusal {
  readonly name: string
  readonly isAsked: (app: App) => unknown
  readonly instead: string
}

/** @throws {Error} the application asks for what is not there; the message says for what, and what to use instead. */
export function refuseAbsent(app: App): void {
  for (const { name, isAsked, instead } of refusals) {
    if (isAsked(app)) throw new Error(`${name} is not there: ${instead}`)
  }
}

/** Says what an application sets without effect. Pomelo has no use for it either. */
export function warnOfUseless(app: App): void {
  for (const { name, isAsked, instead } of useless)
    if (isAsked(app)) logger.warn('%s has no effect: %s', name, instead)
}

function options(app: App, name: string): Readonly<Record<string, unknown>> {
  return (app.get(name) ?? {}) as Readonly<Record<string, unknown>>
}

/** A factory that is none of this package's, or an object that is a connector itself. */
function isForeign(connector: unknown): boolean {
  return connector !== undefined && connector !== hybridconnector && connector !== sioconnector
}

const refusals: readonly Refusal[] = [
  {
    name: 'udpconnector',
    isAsked: (app) => app.isFrontend() && options(app, 'connectorConfig')['connector'] === udpconnector,
    instead: 'use hybridconnector, which serves TCP and WebSocket on one port',
  },
  {
    name: 'mqttconnector',
    isAsked: (app) => app.isFrontend() && options(app, 'connectorConfig')['connector'] === mqttconnector,
    instead: 'use hybridconnector, or an MQTT broker beside the application',
  },
  {
    name: 'a connector of your own',
    isAsked: (app) => app.isFrontend() && isForeign(options(app, 'connectorConfig')['connector']),
    instead: 'use hybridconnector, or serve your clients with a Transport of Shaddock',
  },
  {
    name: 'connectorConfig.useAsyncCoder',
    isAsked: (app) => app.isFrontend() && options(app, 'connectorConfig')['useAsyncCoder'],
    instead: 'leave it out: encode and decode return what they make',
  },
  ...[
    ['encode', 'decode'],
    ['decode', 'encode'],
  ].map(([option = '', other = '']) => ({
    name: `connectorConfig.${option} without hybridconnector and ${other}`,
    isAsked: (app: App) => {
      const given = options(app, 'connectorConfig')
      return app.isFrontend() && given[option] && !(given[other] && given['connector'] === hybridconnector)
    },
    instead: 'set all three, or leave messages as they are',
  })),
  ...['rpcClient', 'mailboxFactory'].map((option) => ({
    name: `proxyConfig.${option}`,
    isAsked: (app: App) => options(app, 'proxyConfig')[option],
    instead: "leave it out: servers call one another over Shaddock's bus",
  })),
  ...['rpcServer', 'acceptorFactory'].map((option) => ({
    name: `remoteConfig.${option}`,
    isAsked: (app: App) => options(app, 'remoteConfig')[option],
    instead: "leave it out: servers call one another over Shaddock's bus",
  })),
  ...['masterConfig', 'monitorConfig'].map((config) => ({
    name: `${config}.closeWatcher`,
    isAsked: (app: App) => options(app, config)['closeWatcher'],
    instead:
      'leave it out, and the plugin that it is for: servers find one another without their master and without ZooKeeper',
  })),
  {
    name: 'the component decodeIO-protobuf',
    isAsked: ({ components }) => components['__decodeIO__protobuf__'],
    instead:
      'set connectorConfig.useProtobuf, with the same definitions in serverProtos.json and clientProtos.json',
  },
]

const useless: readonly Refusal[] = [
  ...['adminAuthUser', 'adminAuthServerMaster'].map((key) => ({
    name: `the setting ${key}`,
    isAsked: (app: App) => app.get(key),
    instead: 'set masterConfig.authUser',
  })),
  {
    name: 'masterConfig.authServer',
    isAsked: (app) => app.isMaster() && options(app, 'masterConfig')['authServer'],
    instead:
      'servers do not register with the master; only processes of this user on this machine find one another',
  },
  {
    name: 'wsPort',
    isAsked: (app) =>
      app.isMaster() && Object.values(app.getServersFromConfig()).some(({ wsPort }) => wsPort),
    instead: 'set clientPort',
  },
]
