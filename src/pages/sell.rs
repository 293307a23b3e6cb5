//! `/sell`

use leptos::prelude::*;

use super::document::Document;
use crate::ui::{ButtonLink, Icon, Notice, Tone};

/// For people who want to open a shop.
#[component]
pub fn SellPage() -> impl IntoView {
    let step = |icon, title, text| view! { <li><Icon name=icon/><strong>{title}</strong><span>{text}</span></li> };
    view! {
        <Document title="Sell on Souk" description="Open a shop on Souk: you make it, we bring the people and take the payment." canonical="/sell"/>
        <div class="wrap">
            <header class="page-head">
                <h1>"Sell on Souk"</h1>
                <p>"You make it. We bring the people, take the payment and tell you what to send where."</p>
            </header>
            <ul class="promise">
                {step("user", "Tell us who you are", "A name, a story, where you work. A person reads it.")}
                {step("picture", "Put up your goods", "A few pictures, a price, how many there are.")}
                {step("truck", "Send what is sold", "You see your part of each order and nothing of the others.")}
            </ul>
            <div class="section stack narrow">
                <Notice tone=Tone::Accent>"Applications are not open yet. With an account you will be able to apply as soon as they are."</Notice>
                <ButtonLink href="/sign-up" large=true>"Create an account"</ButtonLink>
            </div>
        </div>
    }
}
