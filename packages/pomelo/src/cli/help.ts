export const helpText = `Usage: pomelo <command> [options]

Commands:
  init [path]                  create a new application
  start                        start the application
  list                         list the servers
  add <key=value...>           add a new server, such as id=chat-server-3 serverType=chat host=127.0.0.1 port=6052
  stop [ids...]                stop the servers; without ids all, and their master
  kill                         end all servers and their master at once
  restart                      stop and start servers

Options of start:
  -e, --env <env>              the used environment (default: development)
  -D, --daemon                 go on in the background
  -d, --directory <directory>  the code directory (default: the current one)
  -t, --type <server-type>     start the servers of a type
  -i, --id <server-id>         start one server

Options of list, add, stop, kill, restart:
  -u, --username <username>    administration user name (default: admin)
  -p, --password <password>    administration password (default: admin)
  -h, --host <master-host>     master server host (default: 127.0.0.1)
  -P, --port <master-port>     master server port (default: that of config/master.json here, or 3005)

Options of restart:
  -t, --type <server-type>     only the servers of a type
  -i, --id <server-id>         only one server

  --version, --help`
