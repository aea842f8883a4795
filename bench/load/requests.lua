-- Sends the tokens of a file in sequence and counts the answers by status. Arguments: the path, the
-- token file (one per line), and `once` to send each token once or `again` to repeat the file.
--
-- All requests are formatted before the first one is sent, to keep the work per request small.

local ffi = require('ffi')
ffi.cdef('int getpid(void); int kill(int pid, int signal);')

local SIGINT = 2
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local path, file = arguments[1], arguments[2]
  once = arguments[3] == 'once'
  requests = {}
  for token in io.lines(file) do
    table.insert(requests, wrk.format('GET', path, { Authorization = 'Bearer ' .. token }))
  end
  sent = 0
  statuses = {}
  cpu = os.clock()
end

function request()
  if sent == #requests then
    if once then
      -- Ends the run. wrk would otherwise wait until the end of its time.
      ffi.C.kill(ffi.C.getpid(), SIGINT)
      return requests[sent]
    end
    sent = 0
  end
  sent = sent + 1
  return requests[sent]
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

-- Prints a line of JSON after wrk's own report.
function done(summary)
  local thread = threads[1]
  local counts = {}
  for status, count in pairs(thread:get('statuses')) do
    table.insert(counts, string.format('"%d":%d', status, count))
  end
  local errors = summary.errors
  print(string.format(
    '\n{"statuses":{%s},"seconds":%.6f,"failures":%d,"cpuSeconds":%.3f}',
    table.concat(counts, ','),
    summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout,
    os.clock() - thread:get('cpu')
  ))
end
