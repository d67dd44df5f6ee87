// A network that can be cut: the phone reaches the server through this and nothing else, its worker too.
import { createServer, connect } from 'node:net'

export class Network {
  #sockets = new Set()
  #server

  constructor(port) {
    this.#server = createServer((phone) => {
      const far = connect(port, '127.0.0.1')
      for (const socket of [phone, far]) {
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
        socket.on('error', () => {})
      }
      phone.pipe(far).pipe(phone)
      phone.on('close', () => far.destroy())
      far.on('close', () => phone.destroy())
    })
  }

  // Begins, or begins again under the same address.
  async restore() {
    await new Promise((listening) => this.#server.listen(this.port ?? 0, '127.0.0.1', listening))
    this.port = this.#server.address().port
    return `http://127.0.0.1:${this.port}`
  }

  async cut() {
    const closed = new Promise((done) => this.#server.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}
