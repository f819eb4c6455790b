#include "ui/theme/console_style.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QPainter>
#include <QPushButton>
#include <QStyleFactory>
#include <QStyleOption>
#include <QVariant>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr char emphasisProperty[] = "signalboxEmphasis";
constexpr int inputPadding = 4; // between an input's edge and its text, beside what Qt leaves
} // namespace

Emphasis emphasisOf(const QWidget *button)
{
    return button == nullptr ? Emphasis::Plain
                             : static_cast<Emphasis>(button->property(emphasisProperty).toInt());
}

void setEmphasis(QWidget *button, Emphasis emphasis)
{
    button->setProperty(emphasisProperty, static_cast<int>(emphasis));
    button->update();
}

ConsoleStyle::ConsoleStyle(Look look)
    : QProxyStyle(QStyleFactory::create(u"Fusion"_s)), m_look(std::move(look))
{
}

void ConsoleStyle::setLook(Look look)
{
    m_look = std::move(look);
}

QRect ConsoleStyle::subElementRect(SubElement element, const QStyleOption *option,
                                   const QWidget *widget) const
{
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
    if (element == SE_LineEditContents && frame != nullptr && frame->lineWidth > 0)
        return rect.adjusted(inputPadding, 0, -inputPadding, 0);
    return rect;
}

void ConsoleStyle::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QAbstractScrollArea *>(widget) == nullptr) widget->setAttribute(Qt::WA_Hover, true);
}

void ConsoleStyle::polish(QPalette &palette)
{
    palette = m_look.palette();
}

void ConsoleStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                                 const QWidget *widget) const
{
    switch (element) {
    case PE_PanelButtonCommand:
        return drawButton(*option, *painter, widget);
    case PE_PanelButtonTool:
    case PE_PanelButtonBevel:
        return drawToolButton(*option, *painter);
    case PE_PanelLineEdit:
        return drawInput(*option, *painter, widget);
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        return drawIndicator(false, *option, *painter);
    case PE_IndicatorRadioButton:
        return drawIndicator(true, *option, *painter);
    case PE_IndicatorBranch:
        return drawBranch(*option, *painter);
    case PE_Frame:
    case PE_FrameMenu:
        return drawPanelFrame(*option, *painter, widget);
    case PE_FrameFocusRect:
        // Buttons and rows draw their own; what is left are check boxes, tabs and links.
        if (qobject_cast<const QPushButton *>(widget) == nullptr)
            paintFrame(*painter, option->rect, Qt::transparent, m_look(Token::Accent), 3, 2);
        return;
    case PE_PanelMenu:
        return painter->fillRect(option->rect, m_look(Token::Base));
    case PE_PanelTipLabel:
        return painter->fillRect(option->rect, m_look(Token::Tip));
    case PE_PanelItemViewRow:
        return drawRowGround(*option, *painter, widget);
    case PE_PanelItemViewItem:
        return; // the delegates do
    case PE_IndicatorArrowDown:
    case PE_IndicatorArrowUp:
    case PE_IndicatorSpinUp:
    case PE_IndicatorSpinDown: {
        const bool up = element == PE_IndicatorArrowUp || element == PE_IndicatorSpinUp;
        paintChevron(*painter, option->rect, up ? ChevronDirection::Up : ChevronDirection::Down,
                     m_look(option->state.testFlag(State_Enabled) ? Token::Text2 : Token::Disabled));
        return;
    }
    case PE_FrameTabBarBase:
        return painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                                 m_look(Token::Border));
    case PE_IndicatorDockWidgetResizeHandle:
        painter->fillRect(option->rect, m_look(Token::Window));
        return painter->fillRect(QRect(option->rect.left(), option->rect.top(), 1, option->rect.height()),
                                 m_look(Token::Border));
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void ConsoleStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                               const QWidget *widget) const
{
    if (element == CE_Header) {
        if (const auto *head = qstyleoption_cast<const QStyleOptionHeader *>(option))
            return drawHeadSection(*head, *painter);
    }
    if (element == CE_HeaderEmptyArea) {
        painter->fillRect(option->rect, m_look(Token::Alt));
        return painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1),
                                 m_look(Token::Border));
    }
    if (element == CE_TabBarTabShape) {
        if (const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option))
            return drawTab(*tab, *painter);
    }
    if (element == CE_Splitter) return painter->fillRect(option->rect, m_look(Token::Border));
    if (element == CE_PushButtonLabel) {
        if (const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option)) {
            QStyleOptionButton label(*button);
            if (option->state.testFlag(State_Enabled)) {
                if (emphasisOf(widget) == Emphasis::Primary)
                    label.palette.setColor(QPalette::ButtonText, m_look(Token::OnAccent));
                if (emphasisOf(widget) == Emphasis::Danger)
                    label.palette.setColor(QPalette::ButtonText, m_look.state(JobStatus::Failed).text);
            }
            return QProxyStyle::drawControl(element, &label, painter, widget);
        }
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void ConsoleStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                                      QPainter *painter, const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option))
            return drawScrollBar(*slider, *painter, widget);
    }
    if (control == CC_ComboBox) {
        if (const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option))
            return drawCombo(*combo, *painter, widget);
    }
    if (control == CC_SpinBox) {
        if (const auto *spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option))
            return drawSpin(*spin, *painter, widget);
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

int ConsoleStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent:
        return 10;
    case PM_ScrollBarSliderMin:
        return 28;
    case PM_SplitterWidth:
        return 1; // Qt makes the handle wider for the pointer when it is this thin
    case PM_DockWidgetSeparatorExtent:
        return 4;
    case PM_DockWidgetFrameWidth:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarBaseOverlap:
    case PM_ButtonDefaultIndicator:
        return 0;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return 14;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing:
        return 7;
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ToolBarIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize:
        return 16;
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin:
        return 12;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return 8;
    case PM_MenuPanelWidth:
        return 1;
    case PM_ToolTipLabelFrameWidth:
        return 6;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int ConsoleStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                            QStyleHintReturn *returned) const
{
    switch (hint) {
    case SH_Widget_Animation_Duration:
    case SH_Widget_Animate:
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_ScrollBar_Transient:
    case SH_UnderlineShortcut:
    case SH_ItemView_ActivateItemOnSingleClick:
        return 0;
    case SH_ToolTipLabel_Opacity:
        return 255;
    case SH_ItemView_ShowDecorationSelected:
    case SH_ScrollBar_LeftClickAbsolutePosition:
        return 1;
    default:
        return QProxyStyle::styleHint(hint, option, widget, returned);
    }
}

QSize ConsoleStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                     const QWidget *widget) const
{
    QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton:
        if (const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option)) {
            const bool bare = button->text.isEmpty();
            wanted.setWidth(size.width() + (bare ? 10 : 22)
                            + (button->features.testFlag(QStyleOptionButton::HasMenu) ? 10 : 0));
        }
        wanted.setHeight(std::max(m_look.buttonHeight, size.height()));
        break;
    case CT_ToolButton:
        wanted.setHeight(std::max(m_look.buttonHeight, size.height()));
        break;
    case CT_ComboBox:
    case CT_SpinBox:
        wanted.rwidth() += 2 * inputPadding;
        [[fallthrough]];
    case CT_LineEdit:
        wanted.setHeight(m_look.inputHeight);
        break;
    case CT_HeaderSection:
        wanted.setHeight(m_look.headHeight);
        break;
    case CT_TabBarTab:
        wanted.setHeight(std::max(30, wanted.height()));
        break;
    case CT_MenuItem:
        wanted.setHeight(std::max(wanted.height(), m_look.rowHeight));
        break;
    default:
        break;
    }
    return wanted;
}

QRect ConsoleStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl sub,
                                   const QWidget *widget) const
{
    if (control == CC_ComboBox && sub == SC_ComboBoxEditField)
        return QProxyStyle::subControlRect(control, option, sub, widget).adjusted(inputPadding, 0, 0, 0);
    if (control == CC_SpinBox && sub == SC_SpinBoxEditField)
        return QProxyStyle::subControlRect(control, option, sub, widget).adjusted(inputPadding, 0, 0, 0);
    const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option);
    if (control != CC_ScrollBar || slider == nullptr)
        return QProxyStyle::subControlRect(control, option, sub, widget);

    const bool isHorizontal = slider->orientation == Qt::Horizontal;
    const QRect whole = slider->rect;
    const int extent = isHorizontal ? whole.width() : whole.height();
    const int range = slider->maximum - slider->minimum;
    int length = extent;
    if (range > 0) {
        const double share = static_cast<double>(slider->pageStep) / (range + slider->pageStep);
        length = std::clamp(static_cast<int>(extent * share), std::min(28, extent), extent);
    }
    const int start = sliderPositionFromValue(slider->minimum, slider->maximum, slider->sliderPosition,
                                              extent - length, slider->upsideDown);
    const auto part = [&](int from, int size) {
        return isHorizontal ? QRect(whole.left() + from, whole.top(), size, whole.height())
                            : QRect(whole.left(), whole.top() + from, whole.width(), size);
    };
    switch (sub) {
    case SC_ScrollBarSlider:
        return part(start, length);
    case SC_ScrollBarGroove:
        return whole;
    case SC_ScrollBarSubPage:
        return part(0, start);
    case SC_ScrollBarAddPage:
        return part(start + length, extent - start - length);
    default:
        return {}; // no arrow buttons
    }
}

} // namespace signalbox::ui
