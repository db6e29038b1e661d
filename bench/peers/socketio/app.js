// The chat on Socket.IO in one process: no gate, no chat server behind it, no adapter. node app.js <port>
const { Server } = require('socket.io')

const port = Number(process.argv[2])
const server = new Server(port, { transports: ['websocket'], perMessageDeflate: false })

server.on('connection', (socket) => {
  let name
  let room
  socket.on('gate.gateHandler.queryEntry', (message, answer) => {
    answer({ code: 200, host: '127.0.0.1', port })
  })
  socket.on('connector.entryHandler.enter', ({ username, rid }, answer) => {
    name = username
    room = rid
    void socket.join(room)
    answer({ users: server.sockets.adapter.rooms.get(room)?.size })
  })
  socket.on('chat.chatHandler.send', ({ content, target }, answer) => {
    server.to(room).emit('onChat', { msg: content, from: name, target })
    answer({})
  })
})
