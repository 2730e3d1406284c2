/**
 * Loaded into each child before its own code. When the demo lets go of the channel, or is killed outright, the child
 * stops in order, so that no server and no database is left behind. Not before it can: until its own handler stands, a
 * signal would end it at once and leave the database that it has just started.
 */
function stopInOrder (): void {
  if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM')
  else setTimeout(stopInOrder, 50).unref()
}

process.once('disconnect', stopInOrder)
process.channel?.unref()
