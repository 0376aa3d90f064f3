//! temp
#[derive(Default)] pub struct Allow { pub mention: Vec<String>, pub references: Vec<String>, pub hosts: Vec<String> }
pub fn inline(t:&str,_n:usize)->String{t.into()} pub fn outbound(t:&str,_a:&Allow)->String{t.into()} pub fn redact(t:&str,_:&[&str])->String{t.into()} pub fn fit(t:&str,_:usize)->String{t.into()} pub fn inbound(t:&str,_:usize)->String{t.into()}
