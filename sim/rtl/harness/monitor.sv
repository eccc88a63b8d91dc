// A monitor whose samples come from C++, and what there is to see of it: see sim/rtl/monitor.py.
// `monitor_parameters.svh` is generated: BEAT_BITS, COUNT_BITS, and the macros PROBES (how many) and PROBED (what).
module harness (
    input  logic clk,
    input  logic reset,
    input  logic [10:0] code,
    input  logic valid,
    output logic ready,
    input  logic take,
    output logic told,
    output logic [`BEAT_BITS-1:0] beat,
    output logic counted,  // a count goes from front end to core
    output logic [`COUNT_BITS-1:0] count,
    output logic busy,
    output logic off,
    output logic [31:0] probes[0:`PROBES-1]
);
  wire clock_request;
  monitor dut (
      .clk(clk),
      .rst(reset),
      .samples__payload(code),
      .samples__valid(valid),
      .samples__ready(ready),
      .beats__payload(beat),
      .beats__valid(told),
      .beats__ready(take),
      .off(off),
      .block(),
      .clock_request(clock_request)
  );
  assign busy = dut.front.busy;
  assign counted = dut.front.counts__valid & dut.front.counts__ready;
  assign count = dut.front.counts__payload;
  `PROBED
endmodule
