-- Questions for wrk, out of a file with a code of 107 characters a line: `check` asks the JSON interface, `page` opens the
-- page behind the symbol as a browser does. Every client is a phone that comes for the first time: none sends a cookie.
-- Lines are read as they are needed and put between two constant strings, so that this costs next to nothing.

local phone = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile"
local code_length = 107
local threads = {}

function setup(thread)
   threads[#threads + 1] = thread
end

function init(args)
   kind, path = args[1], args[2]
   rounds = 0
   wrk.headers["User-Agent"] = phone
   local placeholder = string.rep("x", code_length)
   local whole
   if kind == "check" then
      wrk.headers["Content-Type"] = "application/json"
      whole = wrk.format("POST", "/api/v1/verify", nil, '{"code":"' .. placeholder .. '"}')
   else
      wrk.headers["Accept"] = "text/html,application/xhtml+xml"
      wrk.headers["Accept-Language"] = "zh-CN,zh;q=0.9"
      wrk.headers["Accept-Encoding"] = "gzip"
      whole = wrk.format("GET", "/t/" .. placeholder)
   end
   local from, to = whole:find(placeholder, 1, true)
   before, after = whole:sub(1, from - 1), whole:sub(to + 1)
   next_line = io.lines(path)
end

function request()
   local line = next_line()
   if not line then
      rounds = rounds + 1
      next_line = io.lines(path)
      line = next_line()
   end
   return before .. line .. after
end

function done(summary, latency)
   local rounds = 0
   for _, thread in ipairs(threads) do
      rounds = rounds + thread:get("rounds")
   end
   local errors = summary.errors
   io.write(string.format(
      '\n{"answers":%d,"microseconds":%d,"bytes":%d,"other":%d,"broken":%d,"rounds":%d,"p50_us":%d,"p99_us":%d}\n',
      summary.requests - errors.status, summary.duration, summary.bytes, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout, rounds,
      latency:percentile(50), latency:percentile(99)))
end
