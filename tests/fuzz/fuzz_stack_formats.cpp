// Any bytes as text with stacks: the first byte chooses the reader.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/aix.hpp>
#include <wick/format/bcc.hpp>
#include <wick/format/bpftrace.hpp>
#include <wick/format/dtrace.hpp>
#include <wick/format/eu_stack.hpp>
#include <wick/format/faulthandler.hpp>
#include <wick/format/gdb.hpp>
#include <wick/format/ghcprof.hpp>
#include <wick/format/go_raw.hpp>
#include <wick/format/ibmjava.hpp>
#include <wick/format/instruments.hpp>
#include <wick/format/java_exceptions.hpp>
#include <wick/format/jstack.hpp>
#include <wick/format/ljp.hpp>
#include <wick/format/perf_sched.hpp>
#include <wick/format/pmc.hpp>
#include <wick/format/py_spy_dump.hpp>
#include <wick/format/sample.hpp>
#include <wick/format/stap.hpp>
#include <wick/format/vsprof.hpp>
#include <wick/format/vtune.hpp>
#include <wick/format/wcp.hpp>
#include <wick/format/xctrace.hpp>
#include <wick/format/xdebug.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.samples, std::vector<wick::profile>()) {
    return {t.samples};
}
template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.maps, std::vector<wick::profile>()) {
    std::vector<wick::profile> all;
    for (const auto& m : t.maps) { all.push_back(m.samples); }
    return all;
}
template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.types, std::vector<wick::profile>()) {
    std::vector<wick::profile> all;
    for (const auto& m : t.types) { all.push_back(m.samples); }
    return all;
}

// In one piece and byte by byte it must be the same, and what comes out must be valid.
template <class Read>
void check(std::string_view text, Read read) {
    wick::detail::text_source whole(text);
    const auto once = read(whole);
    wick::detail::text_source bytes(text);
    const auto one_by_one = [&](char* to, std::size_t room) { return bytes(to, room > 0 ? 1 : 0); };
    const auto dripped = read(one_by_one);
    const std::vector<wick::profile> profiles = profiles_of(once.value, 0);
    require(profiles == profiles_of(dripped.value, 0));
    require(once.value.skipped == dripped.value.skipped && once.error == dripped.error);
    for (const wick::profile& p : profiles) { require(!wick::validate(p)); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    // The upper bit turns the options on that change how text is read.
    const bool on = data[0] >= 0x80;
    switch (data[0] & 0x1f) {
    case 0: {
        wick::bpftrace_options options;
        options.kernel = on;
        options.user_first = on;
        options.offsets = on;
        options.addresses = on;
        check(text, [&](auto& source) { return wick::read_bpftrace(source, options); });
        static_cast<void>(wick::detail::looks_like_bpftrace(text));
        break;
    }
    case 1: {
        wick::bcc_options options;
        options.kernel = on;
        options.pid = on;
        check(text, [&](auto& source) { return wick::read_bcc(source, options); });
        static_cast<void>(wick::detail::looks_like_bcc(text));
        break;
    }
    case 2: {
        wick::stap_options options;
        options.kernel = on;
        check(text, [&](auto& source) { return wick::read_stap(source, options); });
        static_cast<void>(wick::detail::looks_like_stap(text));
        break;
    }
    case 3: {
        wick::dtrace_options options;
        options.kernel = on;
        options.offsets = on;
        options.addresses = on;
        check(text, [&](auto& source) { return wick::read_dtrace(source, options); });
        static_cast<void>(wick::detail::looks_like_dtrace(text));
        break;
    }
    case 4: {
        wick::gdb_options options;
        options.tid = on;
        options.lines = on;
        options.keep_arguments = on;
        check(text, [&](auto& source) { return wick::read_gdb(source, options); });
        static_cast<void>(wick::detail::looks_like_gdb(text));
        break;
    }
    case 5: {
        wick::eu_stack_options options;
        options.tid = on;
        options.pid = on;
        options.lines = on;
        check(text, [&](auto& source) { return wick::read_eu_stack(source, options); });
        static_cast<void>(wick::detail::looks_like_eu_stack(text));
        break;
    }
    case 6: {
        wick::jstack_options options;
        options.all_states = on;
        options.tid = on;
        check(text, [&](auto& source) { return wick::read_jstack(source, options); });
        static_cast<void>(wick::detail::looks_like_jstack(text));
        break;
    }
    case 7: {
        wick::faulthandler_options options;
        options.tid = on;
        options.lines = on;
        check(text, [&](auto& source) { return wick::read_faulthandler(source, options); });
        static_cast<void>(wick::detail::looks_like_faulthandler(text));
        break;
    }
    case 8: {
        wick::py_spy_dump_options options;
        options.tid = on;
        options.lines = on;
        options.active_only = on;
        check(text, [&](auto& source) { return wick::read_py_spy_dump(source, options); });
        static_cast<void>(wick::detail::looks_like_py_spy_dump(text));
        break;
    }
    case 9: {
        wick::sample_options options;
        options.tid = on;
        options.drop_waiting = on;
        check(text, [&](auto& source) { return wick::read_sample(source, options); });
        static_cast<void>(wick::detail::looks_like_sample(text));
        break;
    }
    case 10: {
        wick::vtune_options options;
        check(text, [&](auto& source) { return wick::read_vtune(source, options); });
        static_cast<void>(wick::detail::looks_like_vtune(text));
        break;
    }
    case 11: {
        wick::vsprof_options options;
        options.modules = on;
        check(text, [&](auto& source) { return wick::read_vsprof(source, options); });
        static_cast<void>(wick::detail::looks_like_vsprof(text));
        break;
    }
    case 12: {
        wick::instruments_options options;
        check(text, [&](auto& source) { return wick::read_instruments(source, options); });
        static_cast<void>(wick::detail::looks_like_instruments(text));
        break;
    }
    case 13: {
        wick::pmc_options options;
        options.kernel = on;
        check(text, [&](auto& source) { return wick::read_pmc(source, options); });
        static_cast<void>(wick::detail::looks_like_pmc(text));
        break;
    }
    case 14: {
        wick::ghcprof_options options;
        options.weigh = on ? wick::ghcprof_options::bytes : wick::ghcprof_options::time;
        check(text, [&](auto& source) { return wick::read_ghcprof(source, options); });
        static_cast<void>(wick::detail::looks_like_ghcprof(text));
        break;
    }
    case 15: {
        wick::go_raw_options options;
        options.labels = on;
        options.keep_arguments = on;
        check(text, [&](auto& source) { return wick::read_go_raw(source, options); });
        static_cast<void>(wick::detail::looks_like_go_raw(text));
        break;
    }
    case 16: {
        wick::xctrace_options options;
        options.modules = on;
        options.pid = on;
        options.threads = on;
        check(text, [&](auto& source) { return wick::read_xctrace(source, options); });
        static_cast<void>(wick::detail::looks_like_xctrace(text));
        break;
    }
    case 17: {
        wick::aix_options options;
        options.pid = on;
        options.tid = on;
        options.addresses = on;
        options.lines = on;
        options.keep_arguments = on;
        check(text, [&](auto& source) { return wick::read_aix(source, options); });
        static_cast<void>(wick::detail::looks_like_aix(text));
        break;
    }
    case 18: {
        wick::ibmjava_options options;
        options.all_states = on;
        options.tid = on;
        check(text, [&](auto& source) { return wick::read_ibmjava(source, options); });
        static_cast<void>(wick::detail::looks_like_ibmjava(text));
        break;
    }
    case 19: {
        wick::ljp_options options;
        check(text, [&](auto& source) { return wick::read_ljp(source, options); });
        static_cast<void>(wick::detail::looks_like_ljp(text));
        break;
    }
    case 20: {
        wick::wcp_options options;
        options.lines = on;
        options.keep_arguments = on;
        check(text, [&](auto& source) { return wick::read_wcp(source, options); });
        static_cast<void>(wick::detail::looks_like_wcp(text));
        break;
    }
    case 21: {
        wick::xdebug_options options;
        check(text, [&](auto& source) { return wick::read_xdebug(source, options); });
        static_cast<void>(wick::detail::looks_like_xdebug(text));
        break;
    }
    case 22: {
        wick::java_exceptions_options options;
        options.wrapped = on;
        check(text, [&](auto& source) { return wick::read_java_exceptions(source, options); });
        static_cast<void>(wick::detail::looks_like_java_exceptions(text));
        break;
    }
    case 23: {
        wick::perf_sched_options options;
        options.tid = on;
        options.kernel = on;
        options.addresses = on;
        options.all_states = on;
        options.wakers = on ? 3 : 0;
        check(text, [&](auto& source) { return wick::read_perf_sched(source, options); });
        break;
    }
    default:
        break;
    }
    return 0;
}
