// Tests of wick/detail/xml.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/lines.hpp>
#include <wick/detail/xml.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

// All tokens, one a line: "+name key=value", "-name", "'text'", and how it ended.
std::string tokens(std::string_view text) {
    wick::detail::text_source bytes(text);
    auto one = [&](char* to, std::size_t room) { return bytes(to, room > 0 ? 1 : 0); };
    wick::detail::xml_reader<decltype(one)> xml(one);
    std::string out;
    for (;;) {
        switch (xml.next()) {
        case wick::detail::xml_token::begin:
            out += '+' + xml.name();
            if (xml.attribute("a") != nullptr) { out += " a=" + *xml.attribute("a"); }
            break;
        case wick::detail::xml_token::end:
            out += '-' + xml.name();
            break;
        case wick::detail::xml_token::text:
            out += '\'' + xml.text() + '\'';
            break;
        case wick::detail::xml_token::finished:
            return out;
        case wick::detail::xml_token::failed:
            return out + "! " + xml.problem();
        }
        out += '|';
    }
}

} // namespace

TEST_CASE("xml: tokens") {
    struct row {
        std::string_view in;
        std::string_view out;
    };
    const row rows[] = {
        {"", ""},
        {"<a/>", "+a|-a|"},
        {"<a  />x</a >", "+a|-a|'x'|-a|"},
        {"<n a=\"1\" b='2'>", "+n a=1|"},
        {"<n a='&lt;&amp;&#65;&#x42;&quot;&apos;&gt;'/>", "+n a=<&AB\"'>|-n|"},
        {"&nope; &amp &#0; &#xd800; &#x20ac; &",
         "'&nope; &amp \xef\xbf\xbd \xef\xbf\xbd \xe2\x82\xac &'|"},
        {"<?xml version='1.0'?><!DOCTYPE x><!-- <a> -- --><b/>", "+b|-b|"},
        {"<![CDATA[<a>&amp;]]]>x", "'<a>&amp;]'|'x'|"},
        {"<a", "! an element without its end"},
        {"<a b>", "! an element without its end"},
        {"<a b=c>", "! an element without its end"},
        {"<a / >", "! a \"/\" inside an element without \">\""},
        {"x<", "'x'|! a \"<\" without a name behind it"},
        {"<!-- x", "! a \"<!\" without its end"},
        {"<![CDATA[x", "! a CDATA without its end"},
        {"</a", "! an element's end without \">\""},
    };
    for (const row& r : rows) {
        CAPTURE(r.in);
        CHECK(tokens(r.in) == r.out);
    }
}
