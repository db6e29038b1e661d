import type { App } from './app.ts'
import { Application } from './application/application.ts'
import type { AppOptions } from './application/initialise.ts'
import { components } from './components.ts'
import * as connectors from './connectors.ts'
import { events } from './events.ts'
import { createRpcLogFilter } from './filters/rpc-log.ts'
import { createSerialFilter } from './filters/serial.ts'
import { createTimeFilter } from './filters/time.ts'
import { createTimeoutFilter } from './filters/timeout.ts'
import { createTooBusyFilter, createTooBusyRpcFilter } from './filters/toobusy.ts'
import { GlobalChannelService } from './plugins/global-channel.ts'
import { StatusService } from './plugins/status.ts'
import { createBufferScheduler } from './push/buffer.ts'
import { createDirectScheduler } from './push/direct.ts'

const application = new Application()
let created: Application | undefined

const filters = {
  serial: createSerialFilter,
  time: createTimeFilter,
  timeout: createTimeoutFilter,
  toobusy: createTooBusyFilter,
}

/** What `require('pomelo')` returns. */
export const pomelo = {
  /** That of the Pomelo whose API this is. */
  version: '2.2.7',
  events,
  connectors: {
    hybridconnector: connectors.hybridconnector,
    sioconnector: connectors.sioconnector,
    udpconnector: connectors.udpconnector,
    mqttconnector: connectors.mqttconnector,
  },
  filters,
  rpcFilters: { rpcLog: createRpcLogFilter, toobusy: createTooBusyRpcFilter },
  pushSchedulers: { direct: createDirectScheduler, buffer: createBufferScheduler },
  components,
  ...components,
  ...filters,
  /** What pomelo-status-plugin and pomelo-globalchannel-plugin do, without redis: `app.use(pomelo.plugins.status)`. */
  plugins: {
    status: { component: (app: object) => new StatusService(app as App) },
    globalChannel: { component: (app: object) => new GlobalChannelService(app as App) },
  },
  monitors: {
    get zookeepermonitor(): never {
      throw new Error(
        'pomelo.monitors.zookeepermonitor is not there: leave it out, servers find one another without ZooKeeper',
      )
    },
  },

  /** Makes the application of this process, as new if there was one. */
  createApp(opts?: AppOptions): Application {
    created = application
    application.init(opts)
    return application
  },

  /** The application that `createApp` has made. */
  get app(): Application | undefined {
    return created
  },
}
