-- Sends the tokens of a file in sequence and counts the answers by status. Arguments: the path, the
-- token file (one per line), `once` to send each token once or `again` to repeat the file, and what
-- to send: `get`, `proof` for the same with DPoP, `post` for new messages, or `keyed` for messages
-- with an Idempotency-Key. A line of `proof` has a token, a space and the proof.
--
-- Requests of `get` and `proof` are formatted before the first one is sent, to keep the work per request small.

local ffi = require('ffi')
ffi.cdef('int getpid(void); int kill(int pid, int signal);')

local SIGINT = 2
local threads = {}
local path

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local file = arguments[2]
  path = arguments[1]
  once = arguments[3] == 'once'
  what = arguments[4]
  requests = {}
  for line in io.lines(file) do
    local token, proof = string.match(line, '^(%S+) (%S+)$')
    local headers = { Authorization = 'Bearer ' .. line }
    if what == 'proof' then
      -- The host of the URL in the proofs.
      headers = { Authorization = 'DPoP ' .. token, DPoP = proof, Host = 'localhost:3001' }
    end
    if what == 'get' or what == 'proof' then
      table.insert(requests, wrk.format('GET', path, headers))
    else
      headers['Content-Type'] = 'application/json'
      table.insert(requests, headers)
    end
  end
  message = 0
  run = os.time()
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
  if what == 'get' or what == 'proof' then return requests[sent] end
  local headers = requests[sent]
  message = message + 1
  local name = string.format('%d-%d', run, message)
  if what == 'keyed' then headers['Idempotency-Key'] = name end
  return wrk.format('POST', path, headers, '{"text":"Message ' .. name .. ' of a benchmark"}')
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
