#include "ui/theme/tokens.h"

#include <array>
#include <cmath>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

struct Pair {
    QRgb light;
    QRgb dark;
};
struct TokenRow {
    const char *name;
    Pair rgb;
};

constexpr std::array<TokenRow, tokenCount> tokens{{
    {"window", {0xF2F3F5, 0x15171B}},       {"base", {0xFFFFFF, 0x1B1E23}},
    {"alt", {0xF7F8FA, 0x20242A}},          {"hover", {0xEEF1F5, 0x262B32}},
    {"select", {0xE1E7FB, 0x2A3561}},       {"selectInactive", {0xE8EAEE, 0x2D323B}},
    {"text", {0x191C22, 0xE6E9ED}},         {"text2", {0x434A57, 0xBDC4CE}},
    {"muted", {0x5C6573, 0x9AA3B1}},        {"disabled", {0x9AA2AE, 0x5F6774}},
    {"accent", {0x3350C4, 0x94AAFF}},       {"accentSolid", {0x3350C4, 0x4763D6}},
    {"onAccent", {0xFFFFFF, 0xFFFFFF}},     {"line", {0xE6E9ED, 0x282D34}},
    {"border", {0xD3D8DF, 0x363C46}},       {"button", {0xB2B7C0, 0x4F5661}},
    {"control", {0x838B99, 0x6F7887}},      {"track", {0xE3E6EB, 0x31373F}},
    {"grid", {0xE9ECF0, 0x272C33}},         {"axis", {0xB4BBC6, 0x4C5460}},
    {"warnText", {0x6E4700, 0xF4C878}},     {"warnGround", {0xFDF3DC, 0x322714}},
    {"warnEdge", {0xD9A63A, 0x7D5E1E}},     {"errorText", {0x8E1C15, 0xFFAAA3}},
    {"errorGround", {0xFCEAE8, 0x3A1D1C}},  {"errorEdge", {0xD98880, 0x87423D}},
    {"okText", {0x1E6537, 0x86D6A0}},       {"okGround", {0xE4F3E8, 0x17301F}},
    {"tip", {0x20242B, 0x32383F}},          {"tipText", {0xF1F3F6, 0xF1F3F6}},
    {"heat1", {0xFBF1F5, 0x271C24}},        {"heat2", {0xF6DFE9, 0x3A2030}},
    {"onSolid", {0xFFFFFF, 0x15171B}},      {"profileLocal", {0x7A8494, 0x7A8494}},
    {"profileOther", {0xB46A00, 0xD9932B}},
}};

struct StateRow {
    Pair text;
    Pair tint;
    Pair solid;
};
/// In the order of JobStatus.
constexpr std::array<StateRow, allJobStatuses.size()> states{{
    {{0x6B5124, 0xD6BE8C}, {0xF3EDDF, 0x363020}, {0x94773F, 0xB1945C}}, // blocked
    {{0x465263, 0xB6C0CE}, {0xE8EBF0, 0x2C323B}, {0x748094, 0x8895A9}}, // pending
    {{0x5F3AA8, 0xC5ABFA}, {0xEEE8FA, 0x31284A}, {0x7D5AC9, 0xA283E8}}, // scheduled
    {{0x7D4B00, 0xF3BC60}, {0xFBEED4, 0x3B2D13}, {0xBB7402, 0xDB9A2B}}, // retrying
    {{0x0A6380, 0x74D1EE}, {0xDCF0F6, 0x12343F}, {0x0E81A5, 0x2FA8CE}}, // running
    {{0x1E6537, 0x83D49D}, {0xE1F2E6, 0x193522}, {0x2C8A4D, 0x47AE6A}}, // completed
    {{0xA3241C, 0xFFA098}, {0xFCE7E5, 0x43211F}, {0xCF3B32, 0xEE6258}}, // failed
    {{0x555C68, 0xA8AFBA}, {0xECEDF0, 0x2B2F36}, {0x858C98, 0x7F8794}}, // cancelled
    {{0x861B4E, 0xF59CC3}, {0xF8E3EC, 0x432033}, {0xA82A66, 0xDF5C90}}, // dead letter
}};

QColor pick(Pair pair, Scheme scheme)
{
    return QColor::fromRgb(scheme == Scheme::Light ? pair.light : pair.dark);
}

constexpr double textLeast = 4.5;
constexpr double markLeast = 3.0;
using Tokens = QList<Token>;
const Tokens surfaces{Token::Window, Token::Base,   Token::Alt,
                      Token::Hover,  Token::Select, Token::SelectInactive};

class PairList {
public:
    explicit PairList(Scheme scheme) : m_scheme(scheme) { }
    void add(Token front, const Tokens &grounds, double least)
    {
        for (const Token ground : grounds)
            add(nameOf(front), color(m_scheme, front), nameOf(ground), color(m_scheme, ground), least);
    }
    void add(const QString &name, const QColor &front, const QString &groundName, const QColor &ground,
             double least)
    {
        const QString scheme = m_scheme == Scheme::Light ? u"light"_s : u"dark"_s;
        m_pairs.append({u"%1 on %2, %3"_s.arg(name, groundName, scheme), front, ground, least});
    }
    [[nodiscard]] static QString nameOf(Token token)
    {
        return QString::fromLatin1(tokens[static_cast<size_t>(token)].name);
    }
    [[nodiscard]] QList<ContrastPair> take() { return std::move(m_pairs); }

private:
    Scheme m_scheme;
    QList<ContrastPair> m_pairs;
};

void addStates(PairList &pairs, Scheme scheme)
{
    for (const JobStatus status : allJobStatuses) {
        const StateColors state = colors(scheme, status);
        const QString name = toText(status);
        pairs.add(name + u" text"_s, state.text, u"its tint"_s, state.tint, textLeast);
        for (const Token ground : surfaces)
            pairs.add(name + u" text"_s, state.text, PairList::nameOf(ground), color(scheme, ground),
                      textLeast);
        for (const Token ground : {Token::Window, Token::Base, Token::Alt})
            pairs.add(name + u" solid"_s, state.solid, PairList::nameOf(ground), color(scheme, ground),
                      markLeast);
    }
    for (const JobStatus status : {JobStatus::Failed, JobStatus::DeadLetter})
        pairs.add(u"onSolid"_s, color(scheme, Token::OnSolid), toText(status) + u" solid"_s,
                  colors(scheme, status).solid, textLeast);
}

} // namespace

QColor color(Scheme scheme, Token token)
{
    return pick(tokens[static_cast<size_t>(token)].rgb, scheme);
}

StateColors colors(Scheme scheme, JobStatus status)
{
    const StateRow &row = states[static_cast<size_t>(status)];
    return {pick(row.text, scheme), pick(row.tint, scheme), pick(row.solid, scheme)};
}

QList<ContrastPair> contrastPairs(Scheme scheme)
{
    PairList pairs(scheme);
    for (const Token text : {Token::Text, Token::Text2, Token::Muted, Token::Accent})
        pairs.add(text, surfaces, textLeast);
    for (const Token heat : {Token::Heat1, Token::Heat2}) pairs.add(Token::Text, {heat}, textLeast);
    pairs.add(Token::OnAccent, {Token::AccentSolid}, textLeast);
    pairs.add(Token::Control, {Token::Window, Token::Base}, markLeast);
    pairs.add(Token::WarnText, {Token::WarnGround, Token::Window, Token::Base, Token::Hover}, textLeast);
    pairs.add(Token::ErrorText, {Token::ErrorGround, Token::Window, Token::Base}, textLeast);
    pairs.add(Token::OkText, {Token::OkGround, Token::Window, Token::Base}, textLeast);
    pairs.add(Token::TipText, {Token::Tip}, textLeast);
    for (const Token profile : {Token::ProfileLocal, Token::ProfileOther})
        pairs.add(profile, {Token::Window, Token::Base}, markLeast);
    addStates(pairs, scheme);
    return pairs.take();
}

double contrast(const QColor &a, const QColor &b)
{
    const auto luminance = [](const QColor &c) {
        const auto linear
            = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
        return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
    };
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace signalbox::ui
